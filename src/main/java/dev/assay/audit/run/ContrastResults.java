package dev.assay.audit.run;

import dev.assay.audit.contrast.Contrast;
import dev.assay.audit.contrast.FeatureContrast;
import dev.assay.audit.sample.Pooling;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The contrasts of all sources and poolings.
 *
 * @param labels the compared labels
 * @param settings the settings
 * @param contrasts by pooling, the dictionary first
 */
record ContrastResults(AuditDocuments.Labels labels, AuditSettings settings, List<SourceContrast> contrasts) {
    static ContrastResults of(AuditedDocuments documents, AuditDocuments.Labels labels, AuditSettings settings) {
        Contrast contrast =
                Contrast.of(documents.sample(), labels.first(), labels.second()).test(settings.test());
        List<SourceContrast> all = new ArrayList<>();
        for (Pooling pooling : documents.poolings()) {
            for (AuditSource source : documents.sources()) {
                all.add(new SourceContrast(source, pooling, contrast.run(source.matrix(pooling))));
            }
        }
        return new ContrastResults(labels, settings, all);
    }

    List<SourceContrast> ofDictionary() {
        return contrasts.stream()
                .filter(contrast -> !contrast.source().isControl())
                .toList();
    }

    /** Returns the features to describe: the strongest of each pooling in turn. */
    List<Integer> described() {
        Set<Integer> features = new LinkedHashSet<>();
        for (int rank = 0; features.size() < settings.features(); rank++) {
            boolean more = false;
            for (SourceContrast contrast : ofDictionary()) {
                if (rank < contrast.report().features().size()) {
                    FeatureContrast feature = contrast.report().features().get(rank);
                    if (feature.statistic() != 0 && features.size() < settings.features()) {
                        features.add(feature.feature());
                    }
                    more = true;
                }
            }
            if (!more) {
                break;
            }
        }
        return List.copyOf(features);
    }

    /** Returns the pooling in which a feature is strongest. */
    SourceContrast strongest(int feature) {
        SourceContrast best = ofDictionary().get(0);
        for (SourceContrast contrast : ofDictionary()) {
            if (Math.abs(values(contrast, feature).statistic())
                    > Math.abs(values(best, feature).statistic())) {
                best = contrast;
            }
        }
        return best;
    }

    static FeatureContrast values(SourceContrast contrast, int feature) {
        return contrast.report().features().get(contrast.report().rank(feature) - 1);
    }
}
