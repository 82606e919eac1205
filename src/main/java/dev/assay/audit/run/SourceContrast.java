package dev.assay.audit.run;

import dev.assay.audit.contrast.ContrastReport;
import dev.assay.audit.contrast.FeatureContrast;
import dev.assay.audit.sample.Pooling;
import java.util.Comparator;

/**
 * The contrast of all columns of one source.
 *
 * @param source the source
 * @param pooling the pooling
 * @param report the contrast
 */
record SourceContrast(AuditSource source, Pooling pooling, ContrastReport report) {
    /** Returns the column with the largest absolute statistic. */
    FeatureContrast strongest() {
        return report.features().get(0);
    }

    /** Returns the smallest p-value of the maximum statistic. */
    double familyPValue() {
        return report.features().stream()
                .mapToDouble(FeatureContrast::familyPValue)
                .min()
                .orElse(1);
    }

    /** Returns the column whose values separate the labels best in either direction, as an area of at least one half. */
    FeatureContrast bestSeparating() {
        return report.features().stream()
                .max(Comparator.comparingDouble((FeatureContrast feature) -> Math.abs(feature.auroc() - 0.5)))
                .orElseThrow();
    }
}
