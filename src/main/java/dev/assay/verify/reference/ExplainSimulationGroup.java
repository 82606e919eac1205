package dev.assay.verify.reference;

import dev.assay.InvalidInputException;
import dev.assay.explain.measure.ActivationLevels;
import dev.assay.explain.measure.ActivationText;
import dev.assay.explain.measure.ActivationText.LevelledTokens;
import dev.assay.explain.measure.Calibration;
import dev.assay.explain.measure.ExpectedLevel;
import dev.assay.explain.measure.LinearCalibration;
import dev.assay.explain.measure.PercentileCalibration;
import dev.assay.explain.measure.SimulationScore;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Scores of simulated activations as in delphi, OpenAI's neuron explainer and sparse_coding; calibration, levels, prompt texts and expected
 * values.
 */
final class ExplainSimulationGroup implements ReferenceGroup {
    private static final double TOLERANCE = 1e-6;

    @Override
    public String name() {
        return "explain/simulation";
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        return folder.has(ExplainCase.INPUTS)
                && (folder.fields(ExplainCase.INPUTS).containsAll(Set.of("true", "predicted"))
                        || folder.fields(ExplainCase.EXPECTED).containsAll(Set.of("delphi", "openai")));
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        return new Comparison(folder).compare();
    }

    /** The comparison of one case. */
    private static final class Comparison {
        private final JsonObject inputs;
        private final JsonObject expected;
        private final List<double[]> truth;
        private final List<double[]> predicted;
        private final Differences differences = new Differences();

        Comparison(CaseFolder folder) throws IOException {
            inputs = folder.json(ExplainCase.INPUTS);
            expected = folder.json(ExplainCase.EXPECTED);
            truth = ExplainCase.rows(inputs, "true");
            predicted = ExplainCase.rows(inputs, "predicted");
            requireSameShape("true", truth, "predicted", predicted);
        }

        private void requireSameShape(String first, List<double[]> left, String second, List<double[]> right) {
            ExplainCase.requireEqual(inputs, first, left.size(), second, right.size());
            for (int i = 0; i < left.size(); i++) {
                ExplainCase.requireEqual(
                        inputs, first + "[" + i + "]", left.get(i).length, second + "[" + i + "]", right.get(i).length);
            }
        }

        List<ValueDifference> compare() {
            compareQuantiles();
            compareOpenAi(expected.object("openai"));
            compareCalibrations(expected.object("calibrated"));
            compareLevels(expected.object("normalised"));
            compareTexts(expected.object("format"));
            compareExpectedValues();
            return differences.toList();
        }

        private void compareQuantiles() {
            int[] quantiles = ExplainCase.integers(inputs, "quantile");
            ExplainCase.requireEqual(inputs, "quantile", quantiles.length, "true", truth.size());
            for (JsonObject group : expected.objects("delphi")) {
                int distance = group.integer("distance");
                List<double[]> groupTruth = new ArrayList<>();
                List<double[]> groupPredicted = new ArrayList<>();
                for (int i = 0; i < quantiles.length; i++) {
                    if (distance == 0 || distance == quantiles[i] + 1) {
                        groupTruth.add(truth.get(i));
                        groupPredicted.add(predicted.get(i));
                    }
                }
                if (distance == 0) {
                    List<double[]> silent = ExplainCase.rows(inputs, "non_activating_true");
                    List<double[]> silentPredicted = ExplainCase.rows(inputs, "non_activating_predicted");
                    requireSameShape("non_activating_true", silent, "non_activating_predicted", silentPredicted);
                    groupTruth.addAll(silent);
                    groupPredicted.addAll(silentPredicted);
                }
                String name = "delphi." + distance;
                ExplainCase.compare(
                        differences,
                        name + ".correlation",
                        SimulationScore.of(groupTruth, groupPredicted).correlation(),
                        group,
                        "correlation",
                        TOLERANCE);
                double[] recorded = SaeBenchCase.numbers(group, "per_sequence");
                ExplainCase.requireEqual(
                        group, "per_sequence", recorded.length, "the sequences of the group", groupTruth.size());
                for (int i = 0; i < recorded.length; i++) {
                    ExplainCase.relative(
                            differences,
                            name + ".per_sequence",
                            ExplainCase.defined(
                                    score(groupTruth, groupPredicted, i, i + 1).correlation()),
                            recorded[i],
                            TOLERANCE);
                }
            }
        }

        private static SimulationScore score(List<double[]> truth, List<double[]> predicted, int from, int to) {
            return SimulationScore.of(truth.subList(from, to), predicted.subList(from, to));
        }

        private void compareOpenAi(JsonObject openAi) {
            compareScore("openai.all", SimulationScore.of(truth, predicted), openAi.object("all"));
            List<JsonObject> sequences = openAi.objects("per_sequence");
            ExplainCase.requireEqual(expected, "openai.per_sequence", sequences.size(), "true", truth.size());
            for (int i = 0; i < sequences.size(); i++) {
                compareScore("openai.per_sequence", score(truth, predicted, i, i + 1), sequences.get(i));
            }
            int top = split(openAi, "top_count");
            compareCorrelation(openAi, "sparse_coding_top_and_random", 0, truth.size());
            compareCorrelation(openAi, "sparse_coding_top", 0, top);
            compareCorrelation(openAi, "sparse_coding_random", top, truth.size());
        }

        private void compareCorrelation(JsonObject openAi, String field, int from, int to) {
            ExplainCase.compare(
                    differences, field, score(truth, predicted, from, to).correlation(), openAi, field, TOLERANCE);
        }

        private void compareScore(String name, SimulationScore score, JsonObject recorded) {
            ExplainCase.compare(
                    differences, name + ".correlation", score.correlation(), recorded, "correlation", TOLERANCE);
            ExplainCase.compare(
                    differences,
                    name + ".rsquared",
                    defined(score.rSquared(), score.silent()),
                    recorded,
                    "rsquared",
                    TOLERANCE);
            ExplainCase.compare(
                    differences,
                    name + ".absolute_dev_explained",
                    defined(score.absoluteDeviationExplained(), score.silent()),
                    recorded,
                    "absolute_dev_explained",
                    TOLERANCE);
        }

        private static OptionalDouble defined(double value, boolean silent) {
            return silent ? OptionalDouble.empty() : OptionalDouble.of(value);
        }

        /** Reads the number of sequences of the first part of a split. */
        private int split(JsonObject object, String field) {
            int count = object.integer(field);
            if (count < 0 || count > truth.size()) {
                throw object.unexpected(field, "0 to " + truth.size() + ", the number of sequences");
            }
            return count;
        }

        private void compareCalibrations(JsonObject calibrated) {
            int first = split(calibrated, "calibrated_on_first");
            double[] fitTruth = flat(truth.subList(0, first));
            double[] fitPredicted = flat(predicted.subList(0, first));
            InvalidInputException.require(
                    fitTruth.length > 0,
                    () -> calibrated.file() + ": calibrated.calibrated_on_first is " + first
                            + ", expected at least one sequence with tokens");
            LinearCalibration line = LinearCalibration.fit(fitTruth, fitPredicted);
            JsonObject linear = calibrated.object("linear");
            ExplainCase.compare(differences, "calibrated.linear.slope", line.slope(), linear, "slope", TOLERANCE);
            ExplainCase.compare(
                    differences, "calibrated.linear.intercept", line.intercept(), linear, "intercept", TOLERANCE);
            compareCalibration("calibrated.linear", line, first, linear);
            compareCalibration(
                    "calibrated.percentile",
                    PercentileCalibration.fit(fitTruth, fitPredicted),
                    first,
                    calibrated.object("percentile"));
        }

        private void compareCalibration(String name, Calibration calibration, int first, JsonObject recorded) {
            List<double[]> values = predicted.subList(first, predicted.size()).stream()
                    .map(calibration::apply)
                    .toList();
            compareScore(
                    name,
                    SimulationScore.of(truth.subList(first, truth.size()), values),
                    recorded.object("on_the_rest"));
            List<double[]> recordedValues = ExplainCase.rows(recorded, "values");
            ExplainCase.requireEqual(
                    recorded, name + ".values", recordedValues.size(), "the sequences of the rest", values.size());
            for (int i = 0; i < values.size(); i++) {
                ExplainCase.relative(differences, name + ".values", values.get(i), recordedValues.get(i), TOLERANCE);
            }
        }

        private static double[] flat(List<double[]> rows) {
            return rows.stream().flatMapToDouble(Arrays::stream).toArray();
        }

        private List<int[]> levels() {
            double maximum = ActivationLevels.maximum(truth);
            return truth.stream()
                    .map(record -> ActivationLevels.roundedDown(record, maximum))
                    .toList();
        }

        private void compareLevels(JsonObject normalised) {
            ExplainCase.compare(
                    differences,
                    "normalised.max_activation",
                    ActivationLevels.maximum(truth),
                    normalised,
                    "max_activation",
                    TOLERANCE);
            differences.equal(
                    "normalised.integers", lists(levels()), lists(ExplainCase.integerRows(normalised, "integers")));
            ExplainCase.compare(
                    differences,
                    "normalised.nonzero_share",
                    ActivationLevels.nonzeroShare(levels()),
                    normalised,
                    "nonzero_share",
                    TOLERANCE);
            int[] zeros = ExplainCase.integers(normalised, "integers_when_max_is_0");
            double[] positive = new double[zeros.length];
            Arrays.fill(positive, 1);
            differences.equal(
                    "normalised.integers_when_max_is_0",
                    lists(List.of(ActivationLevels.roundedDown(positive, 0))),
                    lists(List.of(zeros)));
        }

        private static List<List<Integer>> lists(List<int[]> rows) {
            return rows.stream().map(row -> Arrays.stream(row).boxed().toList()).toList();
        }

        /** Compares the texts of the first records; their number is that of the start marks in the recorded text. */
        private void compareTexts(JsonObject format) {
            List<List<String>> tokens = ExplainCase.textRows(inputs, "tokens");
            List<int[]> levels = levels();
            ExplainCase.requireEqual(inputs, "tokens", tokens.size(), "true", truth.size());
            List<LevelledTokens> records = new ArrayList<>();
            for (int i = 0; i < tokens.size(); i++) {
                ExplainCase.requireEqual(
                        inputs, "tokens[" + i + "]", tokens.get(i).size(), "true[" + i + "]", levels.get(i).length);
                records.add(new LevelledTokens(tokens.get(i), levels.get(i)));
            }
            Set<String> fields = new LinkedHashSet<>(List.of("records", "omit_zeros", "unknown"));
            fields.addAll(SaeBenchCase.names(format));
            for (String field : fields) {
                String text = format.text(field);
                int count = text.split("\n<start>\n", -1).length - 1;
                if (count < 1 || count > records.size()) {
                    throw format.unexpected(field, "the text of 1 to " + records.size() + " records");
                }
                List<LevelledTokens> first = records.subList(0, count);
                differences.equal("format." + field, found(format, field, text, first), text);
            }
        }

        private static String found(JsonObject format, String field, String text, List<LevelledTokens> records) {
            if (field.equals("records")) {
                return ActivationText.all(records);
            }
            if (field.equals("omit_zeros")) {
                return ActivationText.nonzero(records);
            }
            if (field.equals("unknown")) {
                String[] texts = text.split("\n<end>\n", -1);
                List<List<String>> shown = new ArrayList<>();
                for (int i = 0; i < records.size(); i++) {
                    List<String> tokens = records.get(i).tokens();
                    int lines = texts[Math.min(i, texts.length - 1)].split("\tunknown", -1).length - 1;
                    shown.add(tokens.subList(0, Math.min(lines, tokens.size())));
                }
                return ActivationText.unknown(shown);
            }
            String index = field.replaceFirst("^from_index_", "");
            if (!index.matches("[0-9]{1,9}")) {
                throw format.unexpected(field, "one of the fields records, omit_zeros, unknown and from_index_N");
            }
            int[] starts = new int[records.size()];
            Arrays.fill(starts, Integer.parseInt(index));
            return ActivationText.knownFrom(records, starts);
        }

        private void compareExpectedValues() {
            for (JsonObject position : expected.objects("expected_value_from_logprobs")) {
                ExpectedLevel level = ExpectedLevel.of(
                        ExplainCase.logProbabilities(position, "top_logprobs"), ExpectedLevel.Spelling.EXACT);
                boolean undefined = !level.answered()
                        && position.node().path("expected").asText().equals("nan");
                ExplainCase.compare(
                        differences,
                        "expected_value",
                        undefined ? OptionalDouble.empty() : OptionalDouble.of(level.value()),
                        position,
                        "expected",
                        TOLERANCE);
                JsonObject probabilities = position.object("probabilities");
                List<String> recorded = SaeBenchCase.names(probabilities);
                List<String> found = level.probabilities().keySet().stream()
                        .map(Object::toString)
                        .toList();
                differences.equal("expected_value.candidates", Set.copyOf(found), Set.copyOf(recorded));
                for (String number : found) {
                    if (probabilities.has(number)) {
                        ExplainCase.compare(
                                differences,
                                "expected_value.probabilities",
                                level.probabilities().get(Integer.parseInt(number)),
                                probabilities,
                                number,
                                TOLERANCE);
                    }
                }
            }
            JsonObject spellings = expected.object("two_spellings_of_one_number");
            Map<String, Double> tokens = ExplainCase.logProbabilities(spellings, "top_logprobs");
            ExplainCase.compare(
                    differences,
                    "two_spellings.openai_ignores_the_second",
                    ExpectedLevel.of(tokens, ExpectedLevel.Spelling.EXACT).value(),
                    spellings,
                    "openai_ignores_the_second",
                    TOLERANCE);
            ExplainCase.compare(
                    differences,
                    "two_spellings.added",
                    ExpectedLevel.of(tokens, ExpectedLevel.Spelling.ADDED).value(),
                    spellings,
                    "added",
                    TOLERANCE);
        }
    }
}
