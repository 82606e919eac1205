package dev.assay.audit.run;

import dev.assay.feature.store.DocumentRun;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.FeatureActivations;
import dev.assay.feature.store.FeatureStore;
import dev.assay.view.Shading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Excerpts of documents around the strongest activation of a feature, with shaded tokens. */
final class DocumentExcerpts {
    private static final int TOKENS = 36; // on each side of the peak

    private final FeatureStore store;
    private final Map<Long, List<DocumentRun>> runs = new HashMap<>();

    /** Reads a store whose document numbers are rows of a sample. */
    DocumentExcerpts(FeatureStore store) {
        this.store = store;
        store.corpus()
                .runs()
                .forEach(run -> runs.computeIfAbsent(run.document(), number -> new ArrayList<>())
                        .add(run));
    }

    /**
     * Returns an excerpt of a document.
     *
     * @param feature the feature whose activations shade the tokens
     * @param row the row of the document
     * @param maximum the activation with the strongest shade
     * @return HTML; the beginning of the document if the feature is not active in it
     */
    String html(int feature, int row, double maximum) {
        FeatureActivations all = store.activations(feature);
        Map<Long, Float> values = new TreeMap<>();
        long peak = -1;
        float largest = 0;
        for (int i = 0; i < all.size(); i++) {
            if (all.document(i) == row) {
                values.put(all.position(i), all.value(i));
                if (all.value(i) > largest) {
                    largest = all.value(i);
                    peak = all.position(i);
                }
            }
        }
        List<DocumentRun> ofDocument = runs.getOrDefault((long) row, List.of());
        if (ofDocument.isEmpty()) {
            return "";
        }
        long at = peak;
        DocumentRun run = ofDocument.stream()
                .filter(each -> each.start() <= at && at < each.start() + each.length())
                .findFirst()
                .orElse(ofDocument.get(0));
        long centre = Math.max(peak, run.start());
        long first = Math.max(run.start(), centre - TOKENS);
        long end = Math.min(run.start() + run.length(), Math.max(centre + TOKENS, first + 2 * TOKENS));
        List<String> texts = store.corpus().texts(first, end);
        StringBuilder html = new StringBuilder(first > run.start() || run != ofDocument.get(0) ? "… " : "");
        for (int i = 0; i < texts.size(); i++) {
            html.append(Shading.activation(texts.get(i), values.getOrDefault(first + i, 0f), maximum));
        }
        boolean ends = end == run.start() + run.length() && run == ofDocument.get(ofDocument.size() - 1);
        return html.append(ends ? "" : " …").toString();
    }

    double maximum(int feature) {
        return store.maxActivation(feature);
    }

    /** Returns an example of the training text with shaded tokens. */
    static String html(Example example, double maximum) {
        StringBuilder html = new StringBuilder();
        float[] values = example.values();
        for (int i = 0; i < values.length; i++) {
            html.append(Shading.activation(example.tokens().get(i), values[i], maximum));
        }
        return html.toString();
    }
}
