package dev.assay.feature.page;

import java.util.Map;
import java.util.Set;

/** Readable names of the metrics of an evaluation. */
final class MetricLabels {
    /** The two metrics that are shown among the first numbers of the page. */
    private static final Set<String> HEADLINES = Set.of("explained_variance", "loss_recovered_mean_ablation");

    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("explained_variance", "Explained variance"),
            Map.entry("loss_recovered_mean_ablation", "Loss recovered"),
            Map.entry("loss_recovered_zero_ablation", "Loss recovered, against zero ablation"),
            Map.entry("ce_loss_without_sae", "Cross-entropy, clean"),
            Map.entry("ce_loss_with_sae", "Cross-entropy, reconstructed"),
            Map.entry("ce_loss_with_mean_ablation", "Cross-entropy, mean-ablated"),
            Map.entry("ce_loss_with_zero_ablation", "Cross-entropy, zero-ablated"),
            Map.entry("kl_div_with_sae", "KL divergence, in nats"),
            Map.entry("mse", "Mean squared error"),
            Map.entry("cosine", "Cosine of input and reconstruction"),
            Map.entry("l2_ratio", "Length of reconstruction to input"),
            Map.entry("relative_reconstruction_bias", "Relative reconstruction bias"),
            Map.entry("l1", "Sum of activations (L1)"),
            Map.entry("l0", "Active per token (L0)"),
            Map.entry("dead_share", "Share of latents never active on the evaluated tokens"),
            Map.entry("tokens", "Tokens evaluated"));

    private MetricLabels() {}

    /** {@return a readable name; an unknown metric keeps its name} */
    static String readable(String metric) {
        return NAMES.getOrDefault(metric, metric);
    }

    static boolean isHeadline(String metric) {
        return HEADLINES.contains(metric);
    }
}
