package dev.assay.audit.trace;

import dev.assay.audit.sample.AuditSample;

/** A rule that ranks training documents for a query. Rules of all kinds have the same input and output, so their ranks are comparable. */
public interface DocumentRanker {
    /** {@return the name in reports} */
    String name();

    /**
     * Scores training documents.
     *
     * @param query the prompts
     * @param training the training documents, with the matrices that the ranker names
     * @return a score per training document, larger for documents that fit the query better
     * @throws dev.assay.InvalidInputException if a sample lacks a matrix
     */
    double[] scores(TraceQuery query, AuditSample training);

    /**
     * Computes what does not depend on the query, for several queries of the same documents.
     *
     * @param training the training documents
     * @return a ranker with the same scores of these documents; by default this ranker
     */
    default DocumentRanker prepared(AuditSample training) {
        return this;
    }
}
