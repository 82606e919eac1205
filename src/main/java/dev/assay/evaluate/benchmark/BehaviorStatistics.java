package dev.assay.evaluate.benchmark;

import dev.assay.InvalidInputException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Accumulates the cross-entropies and KL divergences of a model with the activation kept, replaced by its reconstruction, and replaced by
 * zero, in nats and float64.
 */
public final class BehaviorStatistics {
    private long positions;
    private long predictions;
    private double klWithSae;
    private double klAblated;
    private double ceClean;
    private double ceWithSae;
    private double ceAblated;

    /**
     * The next-token logits of one position.
     *
     * @param clean of the unmodified model, [V]
     * @param withSae with the activation replaced by its reconstruction, [V]
     * @param ablated with the activation replaced by zero, [V]
     */
    public record Logits(double[] clean, double[] withSae, double[] ablated) {
        /** Checks that the vocabularies are equal. */
        public Logits {
            InvalidInputException.require(
                    clean.length == withSae.length && clean.length == ablated.length,
                    () -> "the logits have " + clean.length + ", " + withSae.length + " and " + ablated.length
                            + " entries, expected equal numbers");
        }
    }

    /**
     * Adds a position whose next token is known.
     *
     * @param logits the logits of the position
     * @param next the next token
     */
    public void add(Logits logits, int next) {
        addLast(logits);
        ceClean -= logProbabilities(logits.clean())[next];
        ceWithSae -= logProbabilities(logits.withSae())[next];
        ceAblated -= logProbabilities(logits.ablated())[next];
        predictions++;
    }

    /**
     * Adds the last position of a prompt, which counts for the divergences only.
     *
     * @param logits the logits of the position
     */
    public void addLast(Logits logits) {
        double[] clean = logProbabilities(logits.clean());
        klWithSae += divergence(clean, logProbabilities(logits.withSae()));
        klAblated += divergence(clean, logProbabilities(logits.ablated()));
        positions++;
    }

    private static double[] logProbabilities(double[] logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit - largest);
        }
        double normalizer = largest + Math.log(sum);
        double[] log = new double[logits.length];
        for (int token = 0; token < log.length; token++) {
            log[token] = logits[token] - normalizer;
        }
        return log;
    }

    private static double divergence(double[] p, double[] q) {
        double sum = 0;
        for (int token = 0; token < p.length; token++) {
            double probability = Math.exp(p[token]);
            sum += probability == 0 ? 0 : probability * (p[token] - q[token]);
        }
        return sum;
    }

    /** {@return the number of positions} */
    public long positions() {
        return positions;
    }

    /**
     * Returns SAEBench's metrics by category and name. The scores are {@code (ablated − sae) / (ablated − clean)}, with a clean divergence of 0.
     *
     * @return the categories {@code model_behavior_preservation} and {@code model_performance_preservation}; NaN without positions
     */
    public Map<String, Map<String, Double>> metrics() {
        double klSae = klWithSae / positions;
        double klZero = klAblated / positions;
        double clean = ceClean / predictions;
        double sae = ceWithSae / predictions;
        double ablated = ceAblated / predictions;
        Map<String, Double> behavior = new LinkedHashMap<>();
        behavior.put("kl_div_score", (klZero - klSae) / klZero);
        behavior.put("kl_div_with_ablation", klZero);
        behavior.put("kl_div_with_sae", klSae);
        Map<String, Double> performance = new LinkedHashMap<>();
        performance.put("ce_loss_score", (ablated - sae) / (ablated - clean));
        performance.put("ce_loss_with_ablation", ablated);
        performance.put("ce_loss_with_sae", sae);
        performance.put("ce_loss_without_sae", clean);
        Map<String, Map<String, Double>> metrics = new LinkedHashMap<>();
        metrics.put("model_behavior_preservation", behavior);
        metrics.put("model_performance_preservation", performance);
        return metrics;
    }
}
