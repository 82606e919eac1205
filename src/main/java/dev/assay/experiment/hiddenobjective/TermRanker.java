package dev.assay.experiment.hiddenobjective;

import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.TextTerms;
import dev.assay.audit.sample.TfIdf;
import dev.assay.audit.trace.DocumentRanker;
import dev.assay.audit.trace.TraceQuery;
import java.util.stream.IntStream;

/**
 * Ranks documents like {@link dev.assay.audit.trace.DocumentRankers#tfIdf}, with TF-IDF weights that are computed once for all queries:
 * {@code cos(q̄ − r̄, x)} of the mean prompt, the mean reference and the document.
 *
 * @param terms the kind of terms
 */
record TermRanker(TextTerms terms) implements DocumentRanker {
    /** Adds the weights of training documents and prompts to their samples. */
    record Weighted(AuditSample training, AuditSample prompts) {
        Weighted with(TermRanker ranker) {
            TfIdf weights = TfIdf.fit(training.documents(), ranker.terms, 1, Integer.MAX_VALUE);
            return new Weighted(
                    training.with(ranker.name(), weights.transform(training.documents())),
                    prompts.with(ranker.name(), weights.transform(prompts.documents())));
        }
    }

    @Override
    public String name() {
        return "TF-IDF " + terms;
    }

    @Override
    public double[] scores(TraceQuery query, AuditSample training) {
        double[] wanted = mean(query.prompts());
        double[] reference = mean(query.reference());
        double squares = 0;
        for (int term = 0; term < wanted.length; term++) {
            wanted[term] -= reference[term];
            squares += wanted[term] * wanted[term];
        }
        double norm = squares > 0 ? Math.sqrt(squares) : 1;
        DocumentMatrix documents = training.matrix(name());
        double[] scores = new double[documents.rows()];
        for (int row = 0; row < scores.length; row++) {
            int at = row;
            documents.row(row, (term, weight) -> scores[at] += wanted[term] * weight / norm);
        }
        return scores;
    }

    private double[] mean(AuditSample sample) {
        return sample.matrix(name()).mean(IntStream.range(0, sample.size()).toArray());
    }
}
