package dev.assay.verify.reference;

import dev.assay.evaluate.benchmark.BehaviorStatistics;
import dev.assay.evaluate.benchmark.CoreBatch;
import dev.assay.evaluate.benchmark.CoreReport;
import dev.assay.evaluate.benchmark.CoreStatistics;
import dev.assay.evaluate.benchmark.Float64Dictionary;
import dev.assay.evaluate.benchmark.WeightMetrics;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * SAEBench's {@code core} metrics on a model of one layer: the activation is the token embedding plus the position embedding, the logits are
 * the activation times the unembedding.
 */
final class SaeBenchCoreGroup implements ReferenceGroup {
    private static final String WEIGHTS = "weights";
    private static final String MISC = "misc";
    private static final String STATISTICS = "sparsity_variance";
    private static final double RELATIVE = 1e-4;
    private static final double ABSOLUTE = 1e-5;
    private static final double SMALLEST = 1e-2;

    @Override
    public String name() {
        return "saebench/core";
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        return folder.fields(SaeBenchCase.EXPECTED).containsAll(Set.of(WEIGHTS, MISC))
                && folder.tensors(SaeBenchCase.INPUTS)
                        .containsAll(Set.of("tokens", "token_embedding", "position_embedding", "unembedding", "W_enc"));
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        JsonObject expected = folder.json(SaeBenchCase.EXPECTED);
        Differences differences = new Differences();
        Replay replay = Replay.read(folder);
        CoreReport all = null;
        for (String section : SaeBenchCase.names(expected)) {
            if (!section.equals(WEIGHTS) && !section.equals(MISC)) {
                JsonObject values = expected.object(section);
                CoreReport report = replay.run(values);
                compare(section, report, values, replay.width(), differences);
                all = values.numbers("ignore_tokens").isEmpty() ? report : all;
            }
        }
        CoreReport report = all == null ? replay.run(Set.of()) : all;
        compareFeatures(report, expected.object(WEIGHTS), differences);
        JsonObject misc = expected.object(MISC);
        report.metrics()
                .get("misc_metrics")
                .forEach((metric, found) ->
                        differences.absolute(MISC + "." + metric, found, misc.number(metric), ABSOLUTE));
        return differences.toList();
    }

    private static void compare(
            String section, CoreReport report, JsonObject values, int width, Differences differences) {
        Map<String, Double> found = new HashMap<>();
        report.metrics().values().forEach(found::putAll);
        found.put("mse_summed_over_dims", found.get("mse"));
        found.put("mse_per_element", found.get("mse") / width);
        for (String part : List.of(STATISTICS, "reconstruction")) {
            JsonObject numbers = values.object(part);
            for (String metric : SaeBenchCase.names(numbers)) {
                // The plain "mse" of the reference is divided by the number of tokens twice; cases record it as
                // WRONG_mse.
                if (!metric.startsWith("WRONG_") && found.containsKey(metric)) {
                    differences.relative(
                            section + "." + metric, found.get(metric), numbers.number(metric), SMALLEST, RELATIVE);
                }
            }
        }
        differences.absolute(
                section + ".feature_density",
                numbers(report, CoreReport.Feature::density),
                SaeBenchCase.numbers(values, "feature_density"),
                ABSOLUTE);
        differences.absolute(
                section + ".consistent_activation_heuristic",
                numbers(report, CoreReport.Feature::activeTokensPerPrompt),
                SaeBenchCase.numbers(values, "consistent_activation_heuristic"),
                ABSOLUTE);
    }

    private static void compareFeatures(CoreReport report, JsonObject weights, Differences differences) {
        Map<String, ToDoubleFunction<CoreReport.Feature>> parts = Map.of(
                "encoder_bias", CoreReport.Feature::encoderBias,
                "encoder_norm", CoreReport.Feature::encoderNorm,
                "encoder_decoder_cosine_sim", CoreReport.Feature::encoderDecoderCosine,
                "max_encoder_cosine_sim", CoreReport.Feature::maxEncoderCosine,
                "max_decoder_cosine_sim", CoreReport.Feature::maxDecoderCosine);
        parts.keySet().stream()
                .sorted()
                .forEach(part -> differences.absolute(
                        WEIGHTS + "." + part,
                        numbers(report, parts.get(part)),
                        SaeBenchCase.numbers(weights, part),
                        ABSOLUTE));
    }

    private static double[] numbers(CoreReport report, ToDoubleFunction<CoreReport.Feature> part) {
        return report.features().stream().mapToDouble(part).toArray();
    }

    /**
     * The model and dictionary of a case.
     *
     * @param tokens [batches, prompts, length]
     * @param embedding [V, d]
     * @param positions [length, d]
     * @param unembedding columns of the unembedding as rows, [V, d]
     * @param dictionary the dictionary
     * @param weights metrics of its weights
     */
    private record Replay(
            double[][][] tokens,
            double[][] embedding,
            double[][] positions,
            double[][] unembedding,
            Float64Dictionary dictionary,
            WeightMetrics weights) {
        static Replay read(CaseFolder folder) throws IOException {
            return new Replay(
                    SaeBenchCase.blocks(folder, "tokens"),
                    folder.matrix(SaeBenchCase.INPUTS, "token_embedding"),
                    folder.matrix(SaeBenchCase.INPUTS, "position_embedding"),
                    columns(folder, "unembedding"),
                    SaeBenchCase.dictionary(folder),
                    WeightMetrics.of(
                            columns(folder, "W_enc"),
                            folder.doubles(SaeBenchCase.INPUTS, "b_enc"),
                            folder.matrix(SaeBenchCase.INPUTS, "W_dec")));
        }

        private static double[][] columns(CaseFolder folder, String name) throws IOException {
            double[][] matrix = folder.matrix(SaeBenchCase.INPUTS, name);
            double[][] columns = new double[matrix[0].length][matrix.length];
            for (int row = 0; row < matrix.length; row++) {
                for (int column = 0; column < columns.length; column++) {
                    columns[column][row] = matrix[row][column];
                }
            }
            return columns;
        }

        int width() {
            return positions[0].length;
        }

        CoreReport run(JsonObject section) {
            Set<Integer> ignored = section.numbers("ignore_tokens").stream()
                    .map(Double::intValue)
                    .collect(Collectors.toSet());
            return run(ignored);
        }

        CoreReport run(Set<Integer> ignored) {
            BehaviorStatistics behavior = new BehaviorStatistics();
            CoreStatistics statistics = new CoreStatistics(dictionary.latents());
            int prompt = 0;
            for (double[][] batch : tokens) {
                List<double[]> rows = new ArrayList<>();
                List<Integer> prompts = new ArrayList<>();
                for (double[] text : batch) {
                    for (int position = 0; position < text.length; position++) {
                        double[] x = activation(text, position);
                        boolean kept = !ignored.contains((int) text[position]);
                        if (kept) {
                            rows.add(x);
                            prompts.add(prompt);
                            addBehavior(behavior, x, text, position);
                        }
                    }
                    prompt++;
                }
                statistics.add(CoreBatch.of(
                        dictionary,
                        rows.toArray(double[][]::new),
                        prompts.stream().mapToInt(Integer::intValue).toArray()));
            }
            return CoreReport.of(behavior, statistics, weights);
        }

        /** Adds a measured position. In this model an ignored token does not influence others, whether it is replaced or not. */
        private void addBehavior(BehaviorStatistics behavior, double[] x, double[] text, int position) {
            double[] reconstruction = dictionary.reconstruct(new double[][] {x})[0];
            BehaviorStatistics.Logits logits =
                    new BehaviorStatistics.Logits(logits(x), logits(reconstruction), logits(new double[x.length]));
            if (position + 1 < text.length) {
                behavior.add(logits, (int) text[position + 1]);
            } else {
                behavior.addLast(logits);
            }
        }

        private double[] activation(double[] text, int position) {
            double[] x = embedding[(int) text[position]].clone();
            Arrays.setAll(x, i -> x[i] + positions[position][i]);
            return x;
        }

        private double[] logits(double[] x) {
            return Arrays.stream(unembedding)
                    .mapToDouble(column -> {
                        double sum = 0;
                        for (int i = 0; i < x.length; i++) {
                            sum += x[i] * column[i];
                        }
                        return sum;
                    })
                    .toArray();
        }
    }
}
