package dev.assay.feature.report;

import dev.assay.provenance.Provenance;
import java.util.List;

/**
 * The content of a dashboard: a summary of every feature and the reports of any range of features. A dashboard leaves out the empty parts
 * of a report.
 */
public interface FeatureCatalog {
    /** {@return the provenance of the features} */
    Provenance provenance();

    /** {@return one summary per latent, in order} */
    List<FeatureSummary> features();

    /** {@return the reports of the latents from {@code first} (inclusive) to {@code end} (exclusive)} */
    List<FeatureReport> reports(int first, int end);
}
