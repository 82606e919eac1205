package dev.assay.intervene.attribute;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.InvalidInputException;
import dev.assay.attach.NextTokenLoss;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** A scalar function of a text's logits, the quantity that attribution explains. */
public final class Metric {
    private final String name;
    private final UnaryOperator<NDArray> function;

    private Metric(String name, UnaryOperator<NDArray> function) {
        this.name = name;
        this.function = function;
    }

    /**
     * Creates a metric from a function.
     *
     * @param name the name in reports
     * @param function maps logits [batch, position, V] to one value per text, [batch]. It must be differentiable, and the value of a text
     *     must depend on the text's own logits only.
     * @return the metric
     */
    public static Metric of(String name, UnaryOperator<NDArray> function) {
        return new Metric(name, function);
    }

    /**
     * Returns the logit of a token.
     *
     * @param position the position of the prediction; negative values count from the end, −1 is the last position
     * @param token the token id
     * @return the metric
     */
    public static Metric logit(int position, int token) {
        return of("logit of token " + token + " at position " + position, logits -> entry(logits, position, token));
    }

    /**
     * Returns the logit of one token minus the logit of another, which equals the log ratio of their probabilities.
     *
     * @param position the position of the prediction; negative values count from the end
     * @param token the token id
     * @param other the id of the other token
     * @return the metric
     */
    public static Metric logitDifference(int position, int token, int other) {
        return of(
                "logit of token " + token + " − token " + other + " at position " + position,
                logits -> entry(logits, position, token).sub(entry(logits, position, other)));
    }

    /**
     * Returns the log probability of a token.
     *
     * @param position the position of the prediction; negative values count from the end
     * @param token the token id
     * @return the metric, in nats
     */
    public static Metric logProbability(int position, int token) {
        return of(
                "log probability of token " + token + " at position " + position,
                logits -> entry(logits.logSoftmax(-1), position, token));
    }

    /**
     * Returns the mean next-token loss of a text.
     *
     * @param tokens the token ids of the text, at least two
     * @return the metric, in nats
     */
    public static Metric loss(int... tokens) {
        long[] next = Arrays.stream(tokens).skip(1).asLongStream().toArray();
        if (next.length == 0) {
            throw new InvalidInputException("the loss metric needs at least 2 tokens, found " + tokens.length
                    + ": the first token is not predicted");
        }
        return of("mean loss", logits -> {
            long batch = logits.getShape().get(0);
            NDArray targets = logits.getManager().create(next).tile(batch); // [batch · (position − 1)]
            return NextTokenLoss.perToken(NextTokenLoss.predictions(logits), targets)
                    .reshape(batch, -1)
                    .mean(new int[] {1});
        });
    }

    /**
     * Returns this metric with another name.
     *
     * @param other the name in reports
     * @return the metric
     */
    public Metric named(String other) {
        return new Metric(other, function);
    }

    /**
     * Returns the name in reports.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /** Returns the metric of each text, [batch], from logits [batch, position, V]. */
    public NDArray apply(NDArray logits) {
        NDArray values = function.apply(logits);
        long batch = logits.getShape().get(0);
        if (values.size() != batch) {
            throw new IllegalArgumentException("the metric \"" + name + "\" returned shape " + values.getShape()
                    + ", expected one value per text, (" + batch + ")");
        }
        return values.reshape(batch);
    }

    private static NDArray entry(NDArray logits, int position, int token) {
        long length = logits.getShape().get(1);
        long vocabulary = logits.getShape().get(2);
        if (position < -length || position >= length) {
            throw new InvalidInputException(
                    "the metric reads position " + position + ", but the prompt has " + length + " tokens");
        }
        if (token < 0 || token >= vocabulary) {
            throw new InvalidInputException("the metric reads token " + token + ", expected 0 to " + (vocabulary - 1));
        }
        return logits.get(new NDIndex(":, {}, {}", position < 0 ? position + length : position, token));
    }
}
