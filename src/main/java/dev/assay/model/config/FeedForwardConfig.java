package dev.assay.model.config;

/**
 * The feed-forward layers: {@code down(f(up(x)))}, or with a gate {@code down(f(gate(x)) ⊙ up(x))}.
 *
 * @param dMlp M, the number of neurons
 * @param activation f
 * @param gated whether there is a gate
 * @param bias whether the linear layers have a bias
 */
public record FeedForwardConfig(int dMlp, ActivationFunction activation, boolean gated, boolean bias) {
    /** Checks the number. */
    public FeedForwardConfig {
        TransformerConfig.positive("dMlp", dMlp);
    }
}
