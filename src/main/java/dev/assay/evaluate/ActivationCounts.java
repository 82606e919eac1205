package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Arrays;

/** Counts per latent the tokens on which it is active (above 0), and sums all activations. */
public final class ActivationCounts {
    private final NDArray fired; // int64 [d_sae]
    private double sum;
    private long tokens;

    /**
     * Creates counts of 0.
     *
     * @param manager the owner of the counts
     * @param dSae the number of latents
     */
    public ActivationCounts(NDManager manager, int dSae) {
        fired = Scope.detached(() -> manager.zeros(new Shape(dSae), DataType.INT64));
    }

    /**
     * Adds the codes of a batch.
     *
     * @param rows the number of tokens of the batch
     * @param latents int64 [m], the latent of each entry
     * @param values [m], the activation of each entry
     */
    public void add(long rows, NDArray latents, NDArray values) {
        try (Scope scope = Scope.open()) {
            Aten.indexAdd_(fired, 0, latents, values.gt(0).toType(DataType.INT64, false));
            sum += values.toType(DataType.FLOAT64, false).sum().getDouble();
        }
        tokens += rows;
    }

    /** Returns the counts. */
    ActivationSums sums() {
        return new ActivationSums(fired.toLongArray(), sum, tokens);
    }

    /** Returns the mean number of active latents per token. */
    public double l0() {
        return sums().l0();
    }

    /** Returns the mean sum of activations per token. */
    double l1() {
        return sums().l1();
    }

    /** Returns the share of latents that were never active, from 0 to 1. */
    public double deadShare() {
        return sums().deadShare();
    }

    /** Returns the share of tokens on which each latent was active, [d_sae]. */
    double[] density() {
        return sums().density();
    }

    /** Returns the mean over latents of {@code log₁₀(density + 1e-10)}; a dead latent contributes −10. */
    double meanLogDensity() {
        return Arrays.stream(density())
                .map(share -> Math.log10(share + 1e-10))
                .average()
                .orElseThrow();
    }
}
