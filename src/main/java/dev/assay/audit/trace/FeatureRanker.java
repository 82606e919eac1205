package dev.assay.audit.trace;

import dev.assay.InvalidInputException;
import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Pooling;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Ranks training documents by the features that are stronger on the prompts than on the reference, the procedure of Marks et al., "Auditing
 * language models for hidden objectives" (arXiv 2503.10965), with a score for several features:
 *
 * <pre>
 * w_f = (q̄_f − r̄_f) / m_f,   score(x) = Σ_f w_f x_f / m_f
 * </pre>
 *
 * <p>over the features with the largest w above 0. m_f is the largest value of the feature over the training documents; features that are
 * never active there are left out.
 *
 * @param source the name of a dictionary in all samples
 * @param ofPrompts the pooling of prompts
 * @param ofDocuments the pooling of training documents
 * @param features the largest number of features, at least 1
 */
public record FeatureRanker(String source, Pooling ofPrompts, Pooling ofDocuments, int features)
        implements DocumentRanker {
    /** Checks the number. */
    public FeatureRanker {
        InvalidInputException.requireAtLeast(1, "the number of features of a ranking", features);
    }

    @Override
    public String name() {
        return source + ", " + features + (features == 1 ? " feature" : " features");
    }

    /**
     * Selects the features of a query.
     *
     * @param query the prompts
     * @param training the training documents
     * @return by falling weight; fewer than the number of features if fewer have a weight above 0
     */
    public List<FeatureWeight> select(TraceQuery query, AuditSample training) {
        DocumentMatrix prompts = query.prompts().matrix(source, ofPrompts);
        DocumentMatrix reference = query.reference().matrix(source, ofPrompts);
        double[] promptMean = prompts.mean(DocumentRankers.rows(prompts));
        double[] referenceMean = reference.mean(DocumentRankers.rows(reference));
        DocumentMatrix documents = training.matrix(source, ofDocuments);
        double[] largest = new double[documents.columns()];
        for (int row = 0; row < documents.rows(); row++) {
            documents.row(row, (column, value) -> largest[column] = Math.max(largest[column], value));
        }
        InvalidInputException.require(
                largest.length == promptMean.length,
                () -> "the training documents have " + largest.length + " features of \"" + source + "\", expected "
                        + promptMean.length + " as the prompts");
        List<FeatureWeight> weights = new ArrayList<>();
        for (int feature = 0; feature < largest.length; feature++) {
            if (largest[feature] > 0 && promptMean[feature] > referenceMean[feature]) {
                weights.add(new FeatureWeight(feature, promptMean[feature], referenceMean[feature], largest[feature]));
            }
        }
        return weights.stream()
                .sorted(Comparator.comparingDouble((FeatureWeight weight) -> -weight.weight())
                        .thenComparingInt(FeatureWeight::feature))
                .limit(features)
                .toList();
    }

    @Override
    public double[] scores(TraceQuery query, AuditSample training) {
        DocumentMatrix documents = training.matrix(source, ofDocuments);
        double[] factors = new double[documents.columns()];
        for (FeatureWeight weight : select(query, training)) {
            factors[weight.feature()] = weight.weight() / weight.largest();
        }
        double[] scores = new double[documents.rows()];
        for (int row = 0; row < scores.length; row++) {
            double[] sum = new double[1];
            documents.row(row, (column, value) -> sum[0] += factors[column] * value);
            scores[row] = sum[0];
        }
        return scores;
    }
}
