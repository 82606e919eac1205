package dev.assay.train.metrics;

/** Names of metrics that more than one class refers to. */
public final class MetricNames {
    /** Throughput in tokens per second, including checkpoints, evaluation and waiting for the model. */
    public static final String TOKENS_PER_SECOND = "details/tokens_per_second";

    /** Start of the names of {@linkplain HeldOutMetrics metrics on held-out text}. */
    public static final String EVALUATION = "evaluation/";

    /** Number of latents that are dead by the rule of the run. */
    public static final String DEAD_LATENTS = "sparsity/dead_features";

    private MetricNames() {}
}
