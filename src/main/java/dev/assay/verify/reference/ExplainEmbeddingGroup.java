package dev.assay.verify.reference;

import dev.assay.explain.measure.EmbeddingSimilarity;
import dev.assay.explain.measure.RankedOutcomes;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** The embedding scorers of delphi on recorded vectors: similarities, their AUROC, and preferences of example queries. */
final class ExplainEmbeddingGroup implements ReferenceGroup {
    private static final double TOLERANCE = 1e-5;

    /** Cosines near 0 lose relative precision, because the reference computes in float32. */
    private static final double SMALLEST_COSINE = 1e-1;

    @Override
    public String name() {
        return "explain/embedding";
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        Set<String> fields = folder.fields(ExplainCase.EXPECTED);
        return fields.containsAll(Set.of("query", "sentences"))
                || fields.containsAll(Set.of("similarity", "example_embedding"));
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        JsonObject expected = folder.json(ExplainCase.EXPECTED);
        double[] query = vector(expected, "query");
        List<double[]> sentences = vectors(expected, "sentences", query.length);
        double[] similarities = sentences.stream()
                .mapToDouble(sentence -> EmbeddingSimilarity.cosine(query, sentence))
                .toArray();
        double[] recorded = SaeBenchCase.numbers(expected, "similarity");
        boolean[] activating = ExplainCase.labels(expected, "activating");
        ExplainCase.requireEqual(expected, "similarity", recorded.length, "sentences", similarities.length);
        ExplainCase.requireEqual(expected, "activating", activating.length, "sentences", similarities.length);
        Differences differences = new Differences();
        for (int i = 0; i < recorded.length; i++) {
            differences.relative("similarity", similarities[i], recorded[i], SMALLEST_COSINE, TOLERANCE);
        }
        ExplainCase.compare(
                differences, "auc", RankedOutcomes.of(similarities, activating).auroc(), expected, "auc", TOLERANCE);
        for (JsonObject example : expected.objects("example_embedding")) {
            comparePreferences(example, differences);
        }
        return differences.toList();
    }

    private static void comparePreferences(JsonObject example, Differences differences) {
        double[] positiveQuery = vector(example, "positive_query");
        List<double[]> positives = vectors(example, "positive", positiveQuery.length);
        List<double[]> negatives = vectors(example, "negative", positiveQuery.length);
        differences.relative(
                "example_embedding.delta_plus",
                EmbeddingSimilarity.preference(positiveQuery, positives, negatives),
                example.number("delta_plus"),
                SMALLEST_COSINE,
                TOLERANCE);
        double[] negativeQuery = vector(example, "negative_query");
        ExplainCase.requireEqual(
                example, "positive_query", positiveQuery.length, "negative_query", negativeQuery.length);
        differences.relative(
                "example_embedding.delta_minus",
                EmbeddingSimilarity.preference(negativeQuery, positives, negatives),
                example.number("delta_minus"),
                SMALLEST_COSINE,
                TOLERANCE);
    }

    private static double[] vector(JsonObject object, String field) {
        return object.numbers(field).stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static List<double[]> vectors(JsonObject object, String field, int width) {
        List<double[]> vectors = ExplainCase.rows(object, field);
        for (int i = 0; i < vectors.size(); i++) {
            ExplainCase.requireEqual(object, field + "[" + i + "]", vectors.get(i).length, "the query", width);
        }
        return vectors;
    }
}
