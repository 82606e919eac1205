package dev.assay.feature.report;

import dev.assay.feature.store.Example;
import java.util.List;

/**
 * The effects of a feature's ablation at each token of one of its examples.
 *
 * @param position the example's {@link Example#position()}
 * @param tokens one effect per token of the example's window
 */
public record ExampleEffects(long position, List<TokenEffect> tokens) {
    /** Copies the list. */
    public ExampleEffects {
        tokens = List.copyOf(tokens);
    }
}
