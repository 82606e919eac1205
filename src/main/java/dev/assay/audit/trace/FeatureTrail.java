package dev.assay.audit.trace;

import dev.assay.feature.report.Neighbour;
import java.util.List;

/**
 * One feature of a query with the training documents that activate it most.
 *
 * @param weight the feature on the prompts and on the reference
 * @param documents the training documents with the largest pooled values
 * @param neighbours the latents with the most similar decoder directions; empty if they were not requested
 */
public record FeatureTrail(FeatureWeight weight, List<DocumentRanking.Hit> documents, List<Neighbour> neighbours) {
    /** Copies the lists. */
    public FeatureTrail {
        documents = List.copyOf(documents);
        neighbours = List.copyOf(neighbours);
    }
}
