package dev.assay.audit.trace;

import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.TextTerms;
import dev.assay.audit.sample.TfIdf;

/** The ranker of {@link DocumentRankers#tfIdf}. */
record TermRanker(TextTerms terms) implements DocumentRanker {
    @Override
    public String name() {
        return "TF-IDF " + terms;
    }

    @Override
    public double[] scores(TraceQuery query, AuditSample training) {
        return prepared(training).scores(query, training);
    }

    @Override
    public DocumentRanker prepared(AuditSample training) {
        TfIdf weights = TfIdf.fit(training.documents(), terms, 1, Integer.MAX_VALUE);
        return new Weighted(name(), weights, weights.transform(training.documents()));
    }

    /** The weights of the terms in the training documents. */
    private record Weighted(String name, TfIdf weights, DocumentMatrix documents) implements DocumentRanker {
        @Override
        public double[] scores(TraceQuery query, AuditSample training) {
            double[] wanted = DocumentRankers.difference(
                    weights.transform(query.prompts().documents()),
                    weights.transform(query.reference().documents()));
            double norm = DocumentRankers.norm(wanted);
            double[] scores = new double[documents.rows()];
            for (int row = 0; row < scores.length && norm > 0; row++) {
                double[] sum = new double[1];
                documents.row(row, (column, value) -> sum[0] += wanted[column] * value);
                scores[row] = sum[0] / norm; // rows have the norm 1 or 0
            }
            return scores;
        }
    }
}
