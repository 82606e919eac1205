package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Scope;
import java.io.Serializable;

/**
 * The mean of some activations, in float64. Means of consecutive ranges of tokens merge to the mean of all.
 *
 * @param tokens the number of activations
 * @param origin the mean of the first batch, [d]; empty without activations
 * @param sum Σ(x − origin), [d]: no cancellation when the mean is far from 0
 */
public record ActivationMean(long tokens, double[] origin, double[] sum) implements Serializable {
    /** The mean of no activation. */
    public static final ActivationMean NONE = new ActivationMean(0, new double[0], new double[0]);

    /**
     * Computes the mean of one batch.
     *
     * @param x activations, [n, d], n ≥ 1
     */
    static ActivationMean of(NDArray x) {
        try (Scope scope = Scope.open()) {
            NDArray wide = x.toType(DataType.FLOAT64, false);
            double[] mean = wide.mean(new int[] {0}).toDoubleArray();
            double[] sum =
                    wide.sub(x.getManager().create(mean)).sum(new int[] {0}).toDoubleArray();
            return new ActivationMean(x.getShape().get(0), mean, sum);
        }
    }

    /**
     * Returns the mean of these activations and later ones, relative to the origin of these.
     *
     * @param next the mean of the later activations
     * @return the mean of both
     */
    public ActivationMean plus(ActivationMean next) {
        if (tokens == 0 || next.tokens == 0) {
            return tokens == 0 ? next : this;
        }
        double[] both = sum.clone();
        for (int i = 0; i < both.length; i++) {
            both[i] += next.sum[i] + next.tokens * (next.origin[i] - origin[i]);
        }
        return new ActivationMean(tokens + next.tokens, origin, both);
    }

    /** {@return the mean, [d]; empty without activations} */
    public double[] mean() {
        double[] mean = origin.clone();
        for (int i = 0; i < mean.length; i++) {
            mean[i] += sum[i] / tokens;
        }
        return mean;
    }
}
