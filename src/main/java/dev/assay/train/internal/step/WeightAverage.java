package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Parameter;
import java.util.EnumMap;
import java.util.Map;

/**
 * Exponential moving average of weights with bias correction as in Adam: {@code a ← β · a + (1 − β) · w} after each step, starting at 0;
 * the average is {@code a / (1 − β^steps)}.
 */
final class WeightAverage implements AutoCloseable {
    private final double decay;
    private final DictionaryParameters sums;

    /**
     * Creates an average without steps.
     *
     * @param decay β, above 0 and below 1
     * @param parameters the weights, of which only the shapes are used
     */
    WeightAverage(double decay, DictionaryParameters parameters) {
        this.decay = decay;
        this.sums = parameters.zerosLike();
    }

    /** Updates the average with the weights after a step. */
    void update(DictionaryParameters parameters) {
        sums.byName().forEach((parameter, sum) -> Aten.lerp_(sum, parameters.get(parameter), 1 - decay));
    }

    /** Resets the averages of some latents to their current weights: latents int64 [n], after a number of steps. */
    void restart(DictionaryParameters parameters, NDArray latents, long steps) {
        sums.byName().forEach((parameter, sum) -> {
            if (parameter.isOfLatents()) {
                NDArray rows = Aten.indexSelect(parameters.get(parameter), 0, latents);
                Aten.indexCopy_(sum, 0, latents, Aten.mul(rows, weight(steps)));
            }
        });
    }

    /** Returns the average after a number of steps, at least one, in arrays of the open scope. */
    DictionaryParameters of(long steps) {
        Map<Parameter, NDArray> averages = new EnumMap<>(Parameter.class);
        sums.byName().forEach((parameter, sum) -> averages.put(parameter, sum.div((float) weight(steps))));
        return new DictionaryParameters(averages);
    }

    private double weight(long steps) {
        return 1 - Math.pow(decay, steps);
    }

    /** Returns the uncorrected sums, which a checkpoint stores. */
    DictionaryParameters sums() {
        return sums;
    }

    @Override
    public void close() {
        sums.close();
    }
}
