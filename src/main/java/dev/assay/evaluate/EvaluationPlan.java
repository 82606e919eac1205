package dev.assay.evaluate;

import dev.assay.InvalidInputException;
import dev.assay.attach.ForwardBatches;
import dev.assay.text.ContextRange;
import java.io.Serializable;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The division of the text of an evaluation into forward batches and units of work. It depends on the model, the corpus and the number of
 * tokens only, so that any number of workers measure the same units. Sums of the units in order are the result.
 *
 * @param contextsPerBatch the number of contexts per forward pass
 * @param batchesPerUnit the number of forward passes per unit
 * @param batches the number of forward passes; the text may end earlier
 * @param contextLength the number of tokens per context
 */
public record EvaluationPlan(int contextsPerBatch, int batchesPerUnit, long batches, int contextLength)
        implements Serializable {
    /** The largest number of units; up to it, each unit is one batch. */
    private static final int MOST_UNITS = 1024;

    /**
     * Plans an evaluation.
     *
     * @param vocabulary the number of tokens that the model predicts
     * @param contextLength the number of tokens per context
     * @param tokens the number of tokens to read, at least 1; rounded up to whole batches
     * @return the plan
     */
    public static EvaluationPlan of(int vocabulary, int contextLength, long tokens) {
        InvalidInputException.require(tokens >= 1, () -> "tokens is " + tokens + ", expected at least 1");
        int contexts = ForwardBatches.withLogits(
                vocabulary, contextLength, ForwardBatches.FLOAT32_LOGIT, ForwardBatches.CONTEXTS);
        long batches = ceil(tokens, (long) contexts * contextLength);
        return new EvaluationPlan(contexts, Math.toIntExact(ceil(batches, MOST_UNITS)), batches, contextLength);
    }

    private static long ceil(long dividend, long divisor) {
        return (dividend - 1) / divisor + 1;
    }

    /** {@return the number of contexts of a unit} */
    public long contextsPerUnit() {
        return (long) batchesPerUnit * contextsPerBatch;
    }

    /** {@return the contexts of each unit, in order} */
    public List<ContextRange> units() {
        return LongStream.range(0, ceil(batches, batchesPerUnit))
                .mapToObj(unit -> new ContextRange(
                        unit * contextsPerUnit(), Math.min((unit + 1) * contextsPerUnit(), batches * contextsPerBatch)))
                .toList();
    }

    /** Returns the number of forward passes of a unit. */
    long batches(ContextRange unit) {
        return ceil(unit.size(), contextsPerBatch);
    }
}
