package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Arrays;

/** Counts on how many tokens each latent is active, that is above 0, and adds up how much. */
public final class ActivationCounts {
    private final NDArray fired; // int64 [d_sae]
    private double sum;
    private long tokens;

    /**
     * Starts with none.
     *
     * @param manager owns the counts
     * @param dSae the number of latents
     */
    public ActivationCounts(NDManager manager, int dSae) {
        fired = Scope.detached(() -> manager.zeros(new Shape(dSae), DataType.INT64));
    }

    /**
     * Takes the codes of a batch.
     *
     * @param rows the tokens of the batch
     * @param latents int64 [m], the latent of each entry
     * @param values [m], its activation
     */
    public void add(long rows, NDArray latents, NDArray values) {
        try (Scope scope = Scope.open()) {
            Aten.indexAdd_(fired, 0, latents, values.gt(0).toType(DataType.INT64, false));
            sum += values.toType(DataType.FLOAT64, false).sum().getDouble();
        }
        tokens += rows;
    }

    /** Active latents a token. */
    public double l0() {
        return (double) Arrays.stream(fired.toLongArray()).sum() / tokens;
    }

    /** The sum of the activations of a token. */
    double l1() {
        return sum / tokens;
    }

    /** The share of latents that were never active. */
    public double deadShare() {
        long[] counts = fired.toLongArray();
        return (double) Arrays.stream(counts).filter(count -> count == 0).count() / counts.length;
    }

    /** The share of tokens on which each latent was active: [d_sae]. */
    double[] density() {
        return Arrays.stream(fired.toLongArray())
                .mapToDouble(count -> (double) count / tokens)
                .toArray();
    }

    /** The mean over latents of {@code log₁₀(density + 1e-10)}, so that a dead one counts as −10. */
    double meanLogDensity() {
        return Arrays.stream(density())
                .map(share -> Math.log10(share + 1e-10))
                .average()
                .orElseThrow();
    }
}
