package dev.assay.feature.report;

import dev.assay.feature.store.ExampleWindow;
import dev.assay.feature.store.FeatureStore;
import java.util.List;

/** Reads the distinct tokens on which the strongest examples of a latent peak. */
public final class PeakTokens {
    private static final int EXAMPLES = 20;
    private static final int TOKENS = 4;
    private static final ExampleWindow PEAK = new ExampleWindow(0, 0);

    private final FeatureStore store;

    /** Creates a reader of peak tokens over a store. */
    public PeakTokens(FeatureStore store) {
        this.store = store;
    }

    /** {@return at most four tokens, strongest first} */
    public List<String> of(int latent) {
        return store.topExamples(latent, EXAMPLES, PEAK).stream()
                .map(example -> store.tokenAt(example.position()))
                .distinct()
                .limit(TOKENS)
                .toList();
    }
}
