package dev.assay.feature.page;

import dev.assay.feature.report.FeatureReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Adds the names of the concepts that latents find to their labels. */
public final class ConceptNames {
    /** The F1 score from which a latent counts as the detector of a concept. */
    public static final double FOUND = 0.8;

    private final Map<Integer, List<String>> names = new HashMap<>();

    ConceptNames(List<ConceptRow> concepts) {
        for (ConceptRow row : concepts) {
            if (row.isFound()) {
                names.computeIfAbsent(row.latent(), latent -> new ArrayList<>()).add(row.concept());
            }
        }
    }

    FeatureReport apply(FeatureReport report) {
        List<String> labels = new ArrayList<>(report.labels());
        names.getOrDefault(report.latent(), List.of()).stream()
                .filter(name -> !labels.contains(name))
                .forEach(labels::add);
        return report.withLabels(labels);
    }
}
