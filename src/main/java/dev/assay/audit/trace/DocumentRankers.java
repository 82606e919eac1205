package dev.assay.audit.trace;

import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.monitor.MonitorInput;
import dev.assay.audit.monitor.MonitorInputs;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Pooling;
import dev.assay.audit.sample.TextTerms;
import dev.assay.text.dialogue.LabelledDialogue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The rankers of training documents. */
public final class DocumentRankers {
    private DocumentRankers() {}

    /**
     * Ranks documents by the features that are stronger on the prompts than on the reference, see {@link FeatureRanker}.
     *
     * @param source the name of a dictionary in all samples
     * @param ofPrompts the pooling of prompts
     * @param ofDocuments the pooling of training documents
     * @param features the number of features, at least 1
     * @return the ranker, named such as {@code sae, 10 features}
     */
    public static FeatureRanker features(String source, Pooling ofPrompts, Pooling ofDocuments, int features) {
        return new FeatureRanker(source, ofPrompts, ofDocuments, features);
    }

    /**
     * Ranks documents by the cosine similarity of pooled activations: {@code cos(q̄ − r̄, x − x̄)} with the mean prompt q̄, the mean reference
     * r̄, and the mean x̄ of the training documents.
     *
     * @param source the name of activations in all samples
     * @param ofPrompts the pooling of prompts
     * @param ofDocuments the pooling of training documents
     * @return the ranker, named such as {@code raw nearest neighbour}
     */
    public static DocumentRanker nearest(String source, Pooling ofPrompts, Pooling ofDocuments) {
        return new NamedRanker(source + " nearest neighbour", (query, training) -> {
            DocumentMatrix documents = training.matrix(source, ofDocuments);
            double[] centre = documents.mean(rows(documents));
            double[] wanted = difference(query, AuditSample.name(source, ofPrompts));
            double[] scores = new double[documents.rows()];
            for (int row = 0; row < scores.length; row++) {
                double[] centred = documents.row(row);
                for (int column = 0; column < centred.length; column++) {
                    centred[column] -= centre[column];
                }
                scores[row] = cosine(wanted, centred);
            }
            return scores;
        });
    }

    /**
     * Ranks documents by a linear probe that was trained to separate the prompts from the reference.
     *
     * @param source the name of activations in all samples
     * @param ofPrompts the pooling of prompts
     * @param ofDocuments the pooling of training documents
     * @param seed of the cross-validation
     * @return the ranker, named such as {@code raw linear probe}
     */
    public static DocumentRanker probe(String source, Pooling ofPrompts, Pooling ofDocuments, long seed) {
        return new NamedRanker(source + " linear probe", (query, training) -> {
            String matrix = AuditSample.name(source, ofPrompts);
            List<LabelledDialogue> documents = new ArrayList<>(query.prompts().documents());
            documents.addAll(query.reference().documents());
            AuditSample both = AuditSample.of(documents)
                    .with(
                            matrix,
                            DocumentMatrix.concat(List.of(
                                    query.prompts().matrix(matrix),
                                    query.reference().matrix(matrix))));
            boolean[] labels = new boolean[both.size()];
            Arrays.fill(labels, 0, query.prompts().size(), true);
            MonitorInput input = MonitorInputs.linear(source, ofPrompts);
            AuditSample scored =
                    AuditSample.of(training.documents()).with(matrix, training.matrix(source, ofDocuments));
            int[] all = IntStream.range(0, scored.size()).toArray();
            return input.train(both, IntStream.range(0, both.size()).toArray(), labels, seed)
                    .scores(scored, all);
        });
    }

    /**
     * Ranks documents by the cosine similarity of TF-IDF weights with the mean prompt minus the mean reference. The vocabulary and the
     * document frequencies are those of the training documents.
     *
     * @param terms the kind of terms
     * @return the ranker, named such as {@code TF-IDF words 1-1}
     */
    public static DocumentRanker tfIdf(TextTerms terms) {
        return new TermRanker(terms);
    }

    /** {@return a ranker that gives all documents the same score: the ranks of a random order} */
    public static DocumentRanker randomOrder() {
        return new NamedRanker("random order", (query, training) -> new double[training.size()]);
    }

    private interface Scores {
        double[] of(TraceQuery query, AuditSample training);
    }

    private record NamedRanker(String name, Scores scores) implements DocumentRanker {
        @Override
        public double[] scores(TraceQuery query, AuditSample training) {
            return scores.of(query, training);
        }
    }

    private static double[] difference(TraceQuery query, String matrix) {
        return difference(query.prompts().matrix(matrix), query.reference().matrix(matrix));
    }

    /** Returns the mean of all rows minus that of other rows. */
    static double[] difference(DocumentMatrix prompts, DocumentMatrix reference) {
        double[] difference = prompts.mean(rows(prompts));
        double[] subtracted = reference.mean(rows(reference));
        for (int column = 0; column < difference.length; column++) {
            difference[column] -= subtracted[column];
        }
        return difference;
    }

    static int[] rows(DocumentMatrix matrix) {
        return IntStream.range(0, matrix.rows()).toArray();
    }

    private static double cosine(double[] a, double[] b) {
        double product = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
        }
        double norms = norm(a) * norm(b);
        return norms > 0 ? product / norms : 0;
    }

    static double norm(double[] a) {
        return Math.sqrt(Arrays.stream(a).map(value -> value * value).sum());
    }
}
