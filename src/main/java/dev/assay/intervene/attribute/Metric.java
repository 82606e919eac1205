package dev.assay.intervene.attribute;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.InvalidInputException;
import dev.assay.attach.NextTokenLoss;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** A number that the logits of a text give, which attribution takes apart. */
public final class Metric {
    private final String name;
    private final UnaryOperator<NDArray> function;

    private Metric(String name, UnaryOperator<NDArray> function) {
        this.name = name;
        this.function = function;
    }

    /**
     * Makes a metric of a function.
     *
     * @param name what reports call it
     * @param function takes the logits of texts, [batch, position, V], and returns a number for each, [batch], by operations through
     *     which gradients flow; a text's number must depend on its own logits only
     * @return the metric
     */
    public static Metric of(String name, UnaryOperator<NDArray> function) {
        return new Metric(name, function);
    }

    /**
     * Returns the logit of a token.
     *
     * @param position the position that predicts it; from the end where negative, −1 is the last
     * @param token its id
     * @return the metric
     */
    public static Metric logit(int position, int token) {
        return of("logit of token " + token + " at position " + position, logits -> entry(logits, position, token));
    }

    /**
     * Returns the logit of one token less that of another, which is the logarithm of the ratio of their probabilities.
     *
     * @param position the position that predicts them; from the end where negative
     * @param token its id
     * @param other the other's id
     * @return the metric
     */
    public static Metric logitDifference(int position, int token, int other) {
        return of(
                "logit of token " + token + " − token " + other + " at position " + position,
                logits -> entry(logits, position, token).sub(entry(logits, position, other)));
    }

    /**
     * Returns the logarithm of a token's probability.
     *
     * @param position the position that predicts it; from the end where negative
     * @param token its id
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
     * @param tokens the text's ids, at least two
     * @return the metric, in nats
     */
    public static Metric loss(int... tokens) {
        long[] next = Arrays.stream(tokens).skip(1).asLongStream().toArray();
        if (next.length == 0) {
            throw new InvalidInputException("the loss of a text of " + tokens.length
                    + " tokens, expected at least two: the first is not predicted");
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
     * Returns the same metric under another name.
     *
     * @param other what reports call it
     * @return the metric
     */
    public Metric named(String other) {
        return new Metric(other, function);
    }

    /**
     * Returns what reports call it.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /** Returns the numbers of texts, [batch]. */
    public NDArray apply(NDArray logits) {
        NDArray values = function.apply(logits);
        long batch = logits.getShape().get(0);
        if (values.size() != batch) {
            throw new IllegalArgumentException("the metric \"" + name + "\" has shape " + values.getShape()
                    + ", expected a number for each of the " + batch + " texts");
        }
        return values.reshape(batch);
    }

    private static NDArray entry(NDArray logits, int position, int token) {
        long length = logits.getShape().get(1);
        long vocabulary = logits.getShape().get(2);
        if (position < -length || position >= length) {
            throw new InvalidInputException(
                    "the metric is at position " + position + ", but the prompt has " + length + " tokens");
        }
        if (token < 0 || token >= vocabulary) {
            throw new InvalidInputException("the metric is of token " + token + ", expected 0 to " + (vocabulary - 1));
        }
        return logits.get(new NDIndex(":, {}, {}", position < 0 ? position + length : position, token));
    }
}
