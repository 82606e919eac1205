package dev.assay.evaluate.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoublePredicate;

/**
 * The metrics of SAEBench's {@code core} evaluation.
 *
 * @param metrics numbers by category and name; a value that is undefined is NaN
 * @param features one entry per latent
 */
public record CoreReport(Map<String, Map<String, Double>> metrics, List<Feature> features) {
    /** Copies the collections. */
    public CoreReport {
        Map<String, Map<String, Double>> copy = new LinkedHashMap<>();
        metrics.forEach((category, numbers) -> copy.put(category, new LinkedHashMap<>(numbers)));
        metrics = copy;
        features = List.copyOf(features);
    }

    /**
     * The metrics of one latent.
     *
     * @param index index of the latent
     * @param density the share of tokens on which it is active
     * @param activeTokensPerPrompt active tokens per prompt in which it is active; NaN if it is never active
     * @param encoderBias its encoder bias
     * @param encoderNorm the norm of its encoder column
     * @param encoderDecoderCosine the cosine similarity of its encoder column and decoder row
     * @param maxDecoderCosine the largest cosine similarity of its decoder row with that of another latent
     * @param maxEncoderCosine the largest cosine similarity of its encoder column with that of another latent
     */
    public record Feature(
            int index,
            double density,
            double activeTokensPerPrompt,
            double encoderBias,
            double encoderNorm,
            double encoderDecoderCosine,
            double maxDecoderCosine,
            double maxEncoderCosine) {
        /**
         * Returns the metrics under SAEBench's names.
         *
         * @return numbers by name; −1 for {@code consistent_activation_heuristic} of a latent that is never active, as in SAEBench's files
         */
        public Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("index", index);
            json.put("feature_density", density);
            json.put(
                    "consistent_activation_heuristic",
                    Double.isNaN(activeTokensPerPrompt) ? -1.0 : activeTokensPerPrompt);
            json.put("encoder_bias", encoderBias);
            json.put("encoder_norm", encoderNorm);
            json.put("encoder_decoder_cosine_sim", encoderDecoderCosine);
            json.put("max_decoder_cosine_sim", maxDecoderCosine);
            json.put("max_encoder_cosine_sim", maxEncoderCosine);
            return json;
        }
    }

    /**
     * Combines statistics.
     *
     * @param behavior the effects on the model
     * @param statistics reconstruction and sparsity
     * @param weights the weights of the latents
     * @return the report
     */
    public static CoreReport of(BehaviorStatistics behavior, CoreStatistics statistics, WeightMetrics weights) {
        Map<String, Map<String, Double>> metrics = new LinkedHashMap<>(behavior.metrics());
        metrics.putAll(statistics.metrics());
        Map<String, Double> tokens = new LinkedHashMap<>();
        tokens.put("total_tokens_eval_reconstruction", (double) behavior.positions());
        tokens.put("total_tokens_eval_sparsity_variance", (double) statistics.tokens());
        metrics.put("token_stats", tokens);
        metrics.put("misc_metrics", miscellaneous(statistics.density(), weights));
        double[] density = statistics.density();
        double[] perPrompt = statistics.activeTokensPerPrompt();
        List<Feature> features = new ArrayList<>();
        for (int i = 0; i < density.length; i++) {
            features.add(new Feature(
                    i,
                    density[i],
                    perPrompt[i],
                    weights.encoderBias()[i],
                    weights.encoderNorm()[i],
                    weights.encoderDecoderCosine()[i],
                    weights.maxDecoderCosine()[i],
                    weights.maxEncoderCosine()[i]));
        }
        return new CoreReport(metrics, features);
    }

    private static Map<String, Double> miscellaneous(double[] density, WeightMetrics weights) {
        Map<String, Double> misc = new LinkedHashMap<>();
        misc.put("freq_over_1_percent", share(density, d -> d > 0.01));
        misc.put("freq_over_10_percent", share(density, d -> d > 0.1));
        misc.put("normalized_freq_over_1_percent", shareOfActivity(density, 0.01));
        misc.put("normalized_freq_over_10_percent", shareOfActivity(density, 0.1));
        misc.put("average_max_encoder_cosine_sim", mean(weights.maxEncoderCosine()));
        misc.put("average_max_decoder_cosine_sim", mean(weights.maxDecoderCosine()));
        misc.put("frac_alive", share(density, d -> d > 0));
        return misc;
    }

    private static double share(double[] density, DoublePredicate which) {
        return (double) Arrays.stream(density).filter(which).count() / density.length;
    }

    private static double shareOfActivity(double[] density, double above) {
        return Arrays.stream(density).filter(d -> d > above).sum()
                / Arrays.stream(density).sum();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }
}
