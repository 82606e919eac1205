package dev.assay.evaluate.baseline;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Non-negative matrix factorisation by multiplicative updates (Lee and Seung, "Algorithms for non-negative matrix factorization",
 * 2000), which never increase the error {@code ‖V − H W‖²}:
 *
 * <pre>
 * H ← H ∘ (V Wᵀ) / (H W Wᵀ)
 * W ← W ∘ (Hᵀ V) / (Hᵀ H W)
 * </pre>
 *
 * <p>Activations may be negative, V may not: {@code V = [max(x, 0), max(−x, 0)]}, so that a component is a direction p − q of two
 * non-negative halves. For activations that are never negative this is ordinary factorisation. Needs three to five times the
 * memory of the sample in float64.
 *
 * @param components W, [m, 2d], scaled so that its rows have norm 1
 * @param errors ‖V − H W‖² / ‖V‖² after each round
 */
record NonNegativeFactors(INDArray components, double[] errors) {
    /** Lower limit of denominators. */
    private static final double SMALLEST = 1e-30;
    /** The search ends if {@link #PATIENCE} rounds reduce the error by a smaller share. */
    private static final double SMALLEST_GAIN = 1e-4;

    private static final int PATIENCE = 10;

    /**
     * Factorises activations.
     *
     * @param x [n, d]
     * @param m the number of components
     * @param mostRounds limit of the rounds
     * @param seed seed of the starting point
     */
    static NonNegativeFactors of(NDArray x, int m, int mostRounds, long seed) {
        List<INDArray> rows = new ArrayList<>();
        for (INDArray signed : Float64.chunks(x)) {
            rows.add(split(signed));
            signed.close();
        }
        Search search = new Search(rows, m, new SplittableRandom(seed));
        try {
            return search.run(mostRounds);
        } finally {
            search.close();
        }
    }

    /** [max(x, 0), max(−x, 0)] */
    private static INDArray split(INDArray x) {
        try (INDArray positive = Transforms.max(x, 0, true);
                INDArray negative = Transforms.max(x.neg(), 0, false)) {
            return Nd4j.hstack(positive, negative);
        }
    }

    private static final class Search {
        private final List<INDArray> rows; // V, [rows, 2d] each
        private final List<INDArray> codes = new ArrayList<>(); // H, [rows, m] each
        private final double total; // ‖V‖²
        private INDArray w; // [m, 2d]

        Search(List<INDArray> rows, int m, SplittableRandom random) {
            this.rows = rows;
            double sum = 0;
            double squares = 0;
            long entries = 0;
            for (INDArray v : rows) {
                sum += v.sumNumber().doubleValue();
                squares += Math.pow(v.norm2Number().doubleValue(), 2);
                entries += v.length();
            }
            if (sum == 0) {
                throw new InvalidInputException("all activations of the sample are 0, expected something to factorise");
            }
            total = squares;
            // Half-normal entries whose products have about the mean of V.
            double scale = Math.sqrt(sum / entries / m);
            w = start(m, rows.get(0).columns(), scale, random);
            for (INDArray v : rows) {
                codes.add(start(v.rows(), m, scale, random));
            }
        }

        private static INDArray start(int rows, int columns, double scale, SplittableRandom random) {
            double[] values = new double[rows * columns];
            for (int i = 0; i < values.length; i++) {
                values[i] = scale * Math.abs(random.nextGaussian());
            }
            return Nd4j.create(values, new long[] {rows, columns}, 'c');
        }

        NonNegativeFactors run(int mostRounds) {
            double[] errors = new double[mostRounds];
            int round = 0;
            while (round < mostRounds && !hasStopped(errors, round)) {
                errors[round++] = step();
            }
            INDArray norms = Transforms.max(w.norm2(true, 1), SMALLEST);
            return new NonNegativeFactors(w.divColumnVector(norms), Arrays.copyOf(errors, round));
        }

        private static boolean hasStopped(double[] errors, int round) {
            return round > PATIENCE
                    && errors[round - 1 - PATIENCE] - errors[round - 1] < SMALLEST_GAIN * errors[round - 1 - PATIENCE];
        }

        /** Performs one round and returns the error after it. */
        private double step() {
            long m = w.rows();
            INDArray gram = w.mmul(w.transpose()); // W Wᵀ
            INDArray projected = Float64.zeros(m, w.columns()); // Hᵀ V
            INDArray overlap = Float64.zeros(m, m); // Hᵀ H
            for (int i = 0; i < rows.size(); i++) {
                INDArray v = rows.get(i);
                INDArray h = codes.get(i);
                update(h, v.mmul(w.transpose()), h.mmul(gram));
                Float64.addProduct(projected, h, v);
                Float64.addProduct(overlap, h, h);
            }
            update(w, projected.dup(), overlap.mmul(w));
            // ‖V − H W‖² = ‖V‖² − 2⟨Hᵀ V, W⟩ + ⟨Hᵀ H, W Wᵀ⟩
            double cross = projected.mul(w).sumNumber().doubleValue();
            double own = overlap.mul(w.mmul(w.transpose())).sumNumber().doubleValue();
            return (total - 2 * cross + own) / total;
        }

        /** x ← x ∘ numerator / denominator */
        private static void update(INDArray x, INDArray numerator, INDArray denominator) {
            x.muli(numerator).divi(Transforms.max(denominator, SMALLEST, false));
            numerator.close();
            denominator.close();
        }

        void close() {
            Float64.close(rows);
            Float64.close(codes);
        }
    }
}
