package dev.assay.attach;

import dev.assay.model.HookedTransformer;

/** How many contexts run through a model together, so that logits and activations stay small. */
public final class ForwardBatches {
    /** Contexts per pass at most, where logits are small. */
    public static final int CONTEXTS = 32;

    /** Bytes of a logit in float32. */
    public static final int FLOAT32_LOGIT = 4;

    /** Bytes of a logit in float64 and of its log-softmax. */
    public static final int FLOAT64_LOGIT = 16;

    private static final long LOGIT_BYTES = 128L << 20;
    private static final int TOKENS = 4096;

    private ForwardBatches() {}

    /**
     * Returns how many contexts fit into 128 MiB of logits.
     *
     * @param model has the vocabulary
     * @param length tokens per context
     * @param bytesPerLogit {@link #FLOAT32_LOGIT} or {@link #FLOAT64_LOGIT}
     * @param most contexts at most
     * @return at least 1
     */
    public static int withLogits(HookedTransformer model, int length, int bytesPerLogit, int most) {
        return withLogits(model.config().vocabularySize(), length, bytesPerLogit, most);
    }

    /**
     * Returns how many contexts fit into 128 MiB of logits.
     *
     * @param vocabulary logits per token
     * @param length tokens per context
     * @param bytesPerLogit {@link #FLOAT32_LOGIT} or {@link #FLOAT64_LOGIT}
     * @param most contexts at most
     * @return at least 1
     */
    public static int withLogits(int vocabulary, int length, int bytesPerLogit, int most) {
        long bytes = (long) bytesPerLogit * length * vocabulary;
        return (int) Math.max(1, Math.min(most, LOGIT_BYTES / bytes));
    }

    /**
     * Returns how many contexts of activations, without logits, run together: 4096 tokens.
     *
     * @param length tokens per context
     * @return at least 1
     */
    public static int withoutLogits(int length) {
        return Math.max(1, TOKENS / length);
    }
}
