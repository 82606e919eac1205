package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.sae.RowTopK;
import dev.assay.tensor.Aten;
import dev.assay.tensor.CandidateProduct;
import dev.assay.tensor.Gaussian;
import dev.assay.tensor.ProductPrecision;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.EncoderProduct;
import dev.assay.train.plan.TrainingPlan;

/** Measures which product finds the active latents of a batch in the shortest time on this machine. */
public final class EncoderProductMeasurement {
    /** Multiplications of a step below which the products are not compared: a step is short in any precision. */
    private static final double SMALLEST_STEP = 1L << 31;

    private static final int SMALLEST_WIDTH = 2048;
    private static final int ROUNDS = 4;
    /** The share of the float32 time that another product must not exceed, so that noise does not decide. */
    private static final double REQUIRED_SHARE = 0.85;
    /** The share of the bfloat16 time that 8-bit integers must not exceed; their error bound is a statistical one. */
    private static final double REQUIRED_SHARE_OF_BF16 = 0.95;

    private static final int USUAL_ACTIVE = 32;

    private final NDManager manager;
    private final TrainingPlan plan;
    private final int k;
    private final int chunk;

    private EncoderProductMeasurement(NDManager manager, TrainingPlan plan) {
        this.manager = manager;
        this.plan = plan;
        double active = plan.method().activeLatents();
        this.k = active > 0 ? (int) Math.ceil(active) : USUAL_ACTIVE;
        this.chunk = Math.min(plan.batch(), CandidateScores.chunkRows(plan.dSae()));
    }

    /**
     * Returns the precision of a new run.
     *
     * @param asked the choice of the user
     * @param manager creates arrays
     * @param plan the run
     * @param dIn the width of the activations
     * @return the fastest precision if none was asked for
     * @throws InvalidInputException if this processor cannot compute the product that was asked for
     */
    public static ProductPrecision choose(EncoderProduct asked, NDManager manager, TrainingPlan plan, int dIn) {
        return asked.precision()
                .map(precision -> supported(manager, precision))
                .orElseGet(() -> new EncoderProductMeasurement(manager, plan).fastest(dIn));
    }

    /**
     * Checks that this processor can compute a product.
     *
     * @param manager creates arrays
     * @param precision the precision
     * @return the same precision
     * @throws InvalidInputException if it cannot
     */
    public static ProductPrecision supported(NDManager manager, ProductPrecision precision) {
        InvalidInputException.require(
                CandidateProduct.isSupported(manager, precision),
                () -> "the encoder product is " + precision.key()
                        + ", which this machine does not compute without overflow; expected float32");
        return precision;
    }

    private ProductPrecision fastest(int dIn) {
        boolean large = (double) dIn * plan.dSae() * plan.batch() >= SMALLEST_STEP && plan.dSae() >= SMALLEST_WIDTH;
        if (!large
                || !CandidateProduct.suits(k, plan.dSae())
                || manager.getDevice().isGpu()) {
            return ProductPrecision.FLOAT32;
        }
        try (Scope scope = Scope.open()) {
            NDArray weight = Gaussian.array(manager, new Shape(plan.dSae(), dIn), 1);
            NDArray x = Gaussian.array(manager, new Shape(chunk, dIn), 2);
            double float32 = secondsOfFloat32(x, weight);
            double bf16 = seconds(x, weight, ProductPrecision.BF16);
            double int8 = seconds(x, weight, ProductPrecision.INT8);
            if (int8 <= REQUIRED_SHARE_OF_BF16 * bf16 && int8 <= REQUIRED_SHARE * float32) {
                return ProductPrecision.INT8;
            }
            return bf16 <= REQUIRED_SHARE * float32 ? ProductPrecision.BF16 : ProductPrecision.FLOAT32;
        }
    }

    private double secondsOfFloat32(NDArray x, NDArray weight) {
        NDArray scores = manager.create(new Shape(chunk, plan.dSae()));
        NDArray transposed = weight.transpose();
        return fastestOf(() -> {
            Aten.mm(x, transposed, scores);
            RowTopK.select(scores, k);
        });
    }

    /** Returns the seconds of a chunk, with its share of rounding the weights; infinite if the product is not supported. */
    private double seconds(NDArray x, NDArray weight, ProductPrecision precision) {
        if (!CandidateProduct.isSupported(manager, precision)) {
            return Double.POSITIVE_INFINITY;
        }
        NDArray bias = manager.zeros(new Shape(plan.dSae()));
        CandidateProduct.Matrix matrix = new CandidateProduct.Matrix(
                weight, bias, bias, Aten.number(manager, 1).reshape(1));
        CandidateProduct product = CandidateProduct.of(matrix, precision);
        double rounding = fastestOf(() -> CandidateProduct.of(matrix, precision));
        double selection = fastestOf(() -> product.largest(new CandidateProduct.Rows(x, x), k));
        return selection + rounding * chunk / plan.batch();
    }

    private static double fastestOf(Runnable task) {
        double fastest = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS; round++) {
            try (Scope scope = Scope.open()) {
                long start = System.nanoTime();
                task.run();
                fastest = Math.min(fastest, (System.nanoTime() - start) / 1e9);
            }
        }
        return fastest;
    }
}
