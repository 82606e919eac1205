package dev.assay.verify.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.explain.measure.ClassificationScore;
import dev.assay.explain.measure.ConfusionMatrix;
import dev.assay.explain.measure.FiringWeightedF1;
import dev.assay.explain.measure.Judgement;
import dev.assay.explain.measure.RankedOutcomes;
import dev.assay.explain.measure.UnusableAnswerException;
import dev.assay.explain.measure.YesNoList;
import dev.assay.explain.measure.YesNoProbability;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Predicate;

/** Detection and fuzzing of delphi: metrics of recorded predictions by scorer and latent, and parsing of scripted answers. */
final class ExplainClassificationGroup implements ReferenceGroup {
    private static final double TOLERANCE = 1e-6;

    @Override
    public String name() {
        return "explain/classification";
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        return folder.has(ExplainCase.INPUTS)
                && (folder.fields(ExplainCase.INPUTS).containsAll(Set.of("rows", "firing_counts"))
                        || folder.fields(ExplainCase.EXPECTED).containsAll(Set.of("aggregate", "per_latent")));
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        JsonObject inputs = folder.json(ExplainCase.INPUTS);
        JsonObject expected = folder.json(ExplainCase.EXPECTED);
        List<Row> rows = new ArrayList<>();
        for (JsonObject row : inputs.objects("rows")) {
            rows.add(Row.of(row));
        }
        Differences differences = new Differences();
        compareCorrectness(inputs.objects("rows"), rows, differences);
        for (JsonObject aggregate : expected.objects("aggregate")) {
            String type = aggregate.text("score_type");
            List<Row> selected = select(rows, row -> row.type().equals(type));
            compareScore("aggregate." + type, selected, aggregate, differences);
            compareWeightedF1("aggregate." + type, selected, inputs.object("firing_counts"), aggregate, differences);
        }
        for (JsonObject latent : expected.objects("per_latent")) {
            String type = latent.text("score_type");
            RowKey key = new RowKey(latent.text("module"), latent.integer("latent_idx"));
            List<Row> selected =
                    select(rows, row -> row.type().equals(type) && row.key().equals(key));
            compareScore("per_latent." + type, selected, latent, differences);
        }
        differences.equal(
                "per_latent.rows",
                new LinkedHashSet<>(rows.stream()
                                .map(row -> List.of(row.type(), row.key()))
                                .toList())
                        .size(),
                expected.objects("per_latent").size());
        compareAnswers(expected, differences);
        return differences.toList();
    }

    /** A latent of a module. */
    private record RowKey(String module, int latent) {}

    /** A recorded item; the probability may exist without a prediction. */
    private record Row(String type, RowKey key, Judgement judgement, OptionalDouble probability) {
        static Row of(JsonObject row) {
            boolean activating = ExplainCase.truth(row.node().path("activating"), row, "activating");
            JsonNode prediction = field(row, "prediction");
            JsonNode rated = field(row, "probability");
            Judgement judgement;
            if (prediction.isNull()) {
                judgement = Judgement.failed(activating);
            } else if (prediction.isBoolean()) {
                judgement = Judgement.of(activating, prediction.booleanValue());
            } else {
                judgement = Judgement.of(activating, row.number("prediction") >= 0.5);
            }
            return new Row(
                    row.text("score_type"),
                    new RowKey(row.text("module"), row.integer("latent_idx")),
                    judgement,
                    rated.isNull() ? OptionalDouble.empty() : OptionalDouble.of(row.number("probability")));
        }

        private static JsonNode field(JsonObject row, String name) {
            JsonNode value = row.node().get(name);
            if (value == null) {
                throw row.unexpected(name, "a value or null");
            }
            return value;
        }
    }

    private static List<Row> select(List<Row> rows, Predicate<Row> condition) {
        return rows.stream().filter(condition).toList();
    }

    private static ClassificationScore score(List<Row> rows) {
        return ClassificationScore.of(rows.stream().map(Row::judgement).toList());
    }

    /** The area over all rows with a probability; the reference does not require a prediction. */
    private static OptionalDouble auroc(List<Row> rows) {
        RankedOutcomes ranked = new RankedOutcomes();
        for (Row row : rows) {
            row.probability()
                    .ifPresent(probability ->
                            ranked.add(probability, row.judgement().activating(), 1));
        }
        return ranked.auroc();
    }

    private static void compareCorrectness(List<JsonObject> recorded, List<Row> rows, Differences differences) {
        for (int i = 0; i < rows.size(); i++) {
            JsonNode correct = recorded.get(i).node().path("correct");
            ConfusionMatrix matrix = score(List.of(rows.get(i))).answered();
            if (correct.isBoolean() && matrix.total() > 0) {
                differences.equal("rows.correct", matrix.accuracy() == 1, correct.booleanValue());
            }
        }
    }

    private static void compareScore(String name, List<Row> rows, JsonObject recorded, Differences differences) {
        ClassificationScore score = score(rows);
        ConfusionMatrix matrix = score.answered();
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("true_positives", matrix.truePositives());
        values.put("true_negatives", matrix.trueNegatives());
        values.put("false_positives", matrix.falsePositives());
        values.put("false_negatives", matrix.falseNegatives());
        values.put("total_examples", matrix.total());
        values.put("total_positives", matrix.positives());
        values.put("total_negatives", matrix.negatives());
        values.put("failed_count", (double) score.failures());
        values.put("precision", matrix.precision());
        values.put("recall", matrix.recall());
        values.put("f1_score", matrix.f1());
        values.put("accuracy", matrix.balancedAccuracy());
        values.put("true_positive_rate", matrix.recall());
        values.put("true_negative_rate", matrix.trueNegativeRate());
        values.put("false_positive_rate", matrix.falsePositiveRate());
        values.put("false_negative_rate", matrix.falseNegativeRate());
        values.put("positive_class_ratio", matrix.total() > 0 ? matrix.positives() / matrix.total() : 0);
        values.put("negative_class_ratio", matrix.total() > 0 ? matrix.negatives() / matrix.total() : 0);
        if (recorded.has("plain_accuracy")) {
            values.put("plain_accuracy", matrix.accuracy());
        }
        values.forEach((field, value) ->
                ExplainCase.compare(differences, name + "." + field, value, recorded, field, TOLERANCE));
        ExplainCase.compare(differences, name + ".auc", auroc(rows), recorded, "auc", TOLERANCE);
    }

    private static void compareWeightedF1(
            String name, List<Row> rows, JsonObject firings, JsonObject recorded, Differences differences) {
        FiringWeightedF1 weighted = new FiringWeightedF1();
        Map<String, List<Double>> counts = new HashMap<>();
        for (RowKey key : new LinkedHashSet<>(rows.stream().map(Row::key).toList())) {
            List<Double> ofModule = counts.computeIfAbsent(key.module(), firings::numbers);
            if (key.latent() < 0 || key.latent() >= ofModule.size()) {
                throw firings.unexpected(key.module(), "an entry for latent " + key.latent());
            }
            double f1 =
                    score(select(rows, row -> row.key().equals(key))).answered().f1();
            weighted.add(key.module(), f1, ofModule.get(key.latent()));
        }
        ExplainCase.compare(differences, name + ".weighted_f1", weighted.mean(), recorded, "weighted_f1", TOLERANCE);
        if (recorded.has("weighted_f1_by_hand")) {
            ExplainCase.compare(
                    differences,
                    name + ".weighted_f1_by_hand",
                    weighted.mean(),
                    recorded,
                    "weighted_f1_by_hand",
                    TOLERANCE);
        }
        JsonObject perModule = recorded.object("weighted_f1_per_module");
        Map<String, Double> byModule = weighted.byModule();
        Set<String> modules = new LinkedHashSet<>(byModule.keySet());
        modules.addAll(SaeBenchCase.names(perModule));
        for (String module : modules) {
            OptionalDouble found =
                    byModule.containsKey(module) ? OptionalDouble.of(byModule.get(module)) : OptionalDouble.empty();
            ExplainCase.compare(differences, name + ".weighted_f1_per_module", found, perModule, module, TOLERANCE);
        }
    }

    private static void compareAnswers(JsonObject expected, Differences differences) {
        int shown = expected.positive("examples_shown");
        for (JsonObject answer : expected.objects("answers")) {
            boolean[] predictions = ExplainCase.labels(answer, "predictions");
            try {
                differences.equal(
                        "answers.predictions", boxed(YesNoList.parse(answer.text("text"), shown)), boxed(predictions));
            } catch (UnusableAnswerException e) {
                throw answer.unexpected("text", "a list of " + shown + " entries: " + e.getMessage());
            }
            if (answer.node().path("probabilities").isNull()) {
                continue; // a server without log-probabilities
            }
            double[] recorded = SaeBenchCase.numbers(answer, "probabilities");
            JsonNode digits = ExplainCase.list(answer, "top_logprobs_of_digits", "a list per digit of the answer");
            ExplainCase.requireEqual(answer, "probabilities", recorded.length, "top_logprobs_of_digits", digits.size());
            for (int i = 0; i < recorded.length; i++) {
                // The reference records 0 where neither digit is among the tokens.
                OptionalDouble found = OptionalDouble.of(
                        YesNoProbability.of(tokens(answer, digits.get(i)), YesNoProbability.Rule.CONTAINS)
                                .orElse(0));
                ExplainCase.relative(differences, "answers.probabilities", found, recorded[i], TOLERANCE);
            }
        }
        for (JsonObject answer : expected.objects("unparsable")) {
            differences.equal("unparsable", kind(answer.text("text"), shown), answer.text("error"));
        }
    }

    /** Reads the tokens of one position; the probabilities of equal tokens are added. */
    private static Map<String, Double> tokens(JsonObject answer, JsonNode position) {
        Map<String, Double> byToken = new LinkedHashMap<>();
        for (JsonNode entry : position) {
            if (!entry.path("token").isTextual() || !entry.path("logprob").isNumber()) {
                throw answer.unexpected("top_logprobs_of_digits", "objects with token and logprob");
            }
            byToken.merge(
                    entry.path("token").textValue(),
                    entry.path("logprob").doubleValue(),
                    (a, b) -> Math.log(Math.exp(a) + Math.exp(b)));
        }
        return byToken;
    }

    /** Returns the name of the reference's error for an answer, or "none". */
    private static String kind(String text, int shown) {
        try {
            YesNoList.parse(text, shown);
            return "none";
        } catch (UnusableAnswerException e) {
            return switch (e.kind()) {
                case NO_ANSWER -> "ValueError";
                case WRONG_LENGTH -> "AssertionError";
                case MALFORMED, OUT_OF_RANGE -> "JSONDecodeError";
            };
        }
    }

    private static List<Boolean> boxed(boolean[] values) {
        List<Boolean> boxed = new ArrayList<>();
        for (boolean value : values) {
            boxed.add(value);
        }
        return boxed;
    }
}
