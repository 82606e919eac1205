package dev.assay.model;

import dev.assay.InvalidInputException;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Log-probabilities of the next token in float64, {@code log softmax(logits)}, computed from float32 logits. */
public final class LogProbabilities {
    private static final Comparator<TokenLogProbability> MOST_PROBABLE_FIRST = Comparator.comparingDouble(
                    (TokenLogProbability each) -> -each.logProbability())
            .thenComparingInt(TokenLogProbability::token);

    private final float[] logits;
    private final double normalizer;

    private LogProbabilities(float[] logits, double normalizer) {
        this.logits = logits;
        this.normalizer = normalizer;
    }

    /**
     * Normalises logits.
     *
     * @param logits V numbers, not copied
     * @return the log-probabilities of the V tokens
     */
    public static LogProbabilities of(float... logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return new LogProbabilities(logits, largest + Math.log(sum));
    }

    /** {@return the natural logarithm of the probability of a token} */
    public double of(int token) {
        return logits[token] - normalizer;
    }

    /**
     * Returns the most probable tokens.
     *
     * @param count the number of tokens, at least 0; at most V are returned
     * @return by falling probability; equal ones by token id
     */
    public List<TokenLogProbability> top(int count) {
        InvalidInputException.requireAtLeast(0, "the number of most probable tokens", count);
        PriorityQueue<TokenLogProbability> best = new PriorityQueue<>(MOST_PROBABLE_FIRST.reversed());
        for (int token = 0; token < logits.length; token++) {
            if (best.size() < count || count > 0 && of(token) > best.peek().logProbability()) {
                best.add(new TokenLogProbability(token, of(token)));
                if (best.size() > count) {
                    best.poll();
                }
            }
        }
        return best.stream().sorted(MOST_PROBABLE_FIRST).toList();
    }
}
