package dev.assay.feature.report;

import dev.assay.provenance.Provenance;
import java.util.List;

/**
 * What a page is made of: all features in a line each, and the full report of any range of them. A page shows what a report holds and
 * leaves out the parts that are empty.
 */
public interface FeatureCatalog {
    /** Where the features come from. */
    Provenance provenance();

    /** One summary a latent, in order. */
    List<FeatureSummary> features();

    /** The reports of the latents from {@code first} up to, but without, {@code end}. */
    List<FeatureReport> reports(int first, int end);
}
