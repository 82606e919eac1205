package dev.assay.evaluate.baseline;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * FastICA (Hyvärinen, "Fast and robust fixed-point algorithms for independent component analysis", 1999) with symmetric
 * decorrelation and the contrast log cosh. With whitened activations z:
 *
 * <pre>
 * W ← E[tanh(W z) zᵀ] − diag(E[1 − tanh²(W z)]) W
 * W ← (W Wᵀ)^(−1/2) W
 * </pre>
 *
 * <p>Needs the memory of the sample in float64. The order and the signs of the sources are arbitrary.
 *
 * @param mean [d]
 * @param unmixing [m, d]: sources are {@code unmixing · (x − mean)}, of variance 1
 * @param mixing [m, d], one direction per row: {@code x = mean + Σ source · direction}
 * @param rounds number of rounds performed
 * @param change of the last round, {@code max |1 − |⟨w, w′⟩||} over sources
 */
record IndependentComponents(double[] mean, INDArray unmixing, INDArray mixing, int rounds, double change) {
    /** The search ends once no source changes by more in a round. */
    static final double SMALLEST_CHANGE = 1e-5;

    /**
     * Decomposes activations.
     *
     * @param x [n, d], at least two rows
     * @param most limit of the components, which are searched in the space of the first principal components
     * @param mostRounds limit of the rounds
     * @param seed seed of the starting point
     */
    static IndependentComponents of(NDArray x, int most, int mostRounds, long seed) {
        List<INDArray> rows = Float64.chunks(x);
        try {
            long count = x.getShape().get(0);
            PrincipalComponents principal = PrincipalComponents.of(rows, count); // leaves the rows centred
            int m = Math.min(most, principal.rank());
            if (m == 0) {
                throw new InvalidInputException("all activations of the sample are equal, expected some variance");
            }
            INDArray directions = principal.first(m); // V, [m, d]
            double[] deviations = new double[m];
            for (int i = 0; i < m; i++) {
                deviations[i] = Math.sqrt(principal.variances()[i]);
            }
            INDArray scale = Nd4j.create(deviations).reshape(m, 1);
            INDArray whitening = directions.divColumnVector(scale); // K = diag(σ)⁻¹ V
            List<INDArray> white = new ArrayList<>();
            for (INDArray chunk : rows) {
                white.add(chunk.mmul(whitening.transpose())); // [rows, m]
            }
            try {
                Search search = new Search(white, count, start(m, seed));
                search.run(mostRounds);
                INDArray unmixing = search.w.mmul(whitening); // W K
                INDArray mixing = search.w.mmul(directions.mulColumnVector(scale)); // (K⁺ Wᵀ)ᵀ = W diag(σ) V
                return new IndependentComponents(principal.mean(), unmixing, mixing, search.rounds, search.change);
            } finally {
                Float64.close(white);
            }
        } finally {
            Float64.close(rows);
        }
    }

    private static INDArray start(int m, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] gaussian = new double[m * m];
        for (int i = 0; i < gaussian.length; i++) {
            gaussian[i] = random.nextGaussian();
        }
        return decorrelated(Nd4j.create(gaussian, new long[] {m, m}, 'c'));
    }

    /** (W Wᵀ)^(−1/2) W: the nearest matrix with orthonormal rows. */
    private static INDArray decorrelated(INDArray w) {
        Float64.Spectrum spectrum = Float64.spectrum(w.mmul(w.transpose()));
        double[] roots = new double[spectrum.values().length];
        for (int i = 0; i < roots.length; i++) {
            roots[i] = 1 / Math.sqrt(Math.max(spectrum.values()[i], Double.MIN_NORMAL));
        }
        INDArray vectors = spectrum.vectors();
        return vectors.mulRowVector(Nd4j.create(roots))
                .mmul(vectors.transpose())
                .mmul(w);
    }

    /** The fixed-point iteration on whitened rows. */
    private static final class Search {
        private final List<INDArray> white;
        private final long count;
        private INDArray w; // [m, m]
        private int rounds;
        private double change = Double.POSITIVE_INFINITY;

        Search(List<INDArray> white, long count, INDArray start) {
            this.white = white;
            this.count = count;
            this.w = start;
        }

        void run(int most) {
            while (rounds < most && change > SMALLEST_CHANGE) {
                INDArray next = decorrelated(step());
                change = change(next);
                w = next;
                rounds++;
            }
        }

        private INDArray step() {
            long m = w.rows();
            INDArray products = Float64.zeros(m, m); // Σ tanh(W z) zᵀ
            INDArray slopes = Nd4j.zeros(w.dataType(), 1, m); // Σ 1 − tanh²(W z)
            for (INDArray z : white) {
                try (INDArray y = z.mmul(w.transpose())) {
                    INDArray g = Transforms.tanh(y, false); // [rows, m]
                    Float64.addProduct(products, g, z);
                    slopes.addi(z.rows()).subi(g.muli(g).sum(true, 0));
                }
            }
            return products.divi(count)
                    .subi(w.mulColumnVector(slopes.divi(count).reshape(m, 1)));
        }

        private double change(INDArray next) {
            double largest = 0;
            for (double cosine : next.mul(w).sum(1).toDoubleVector()) {
                largest = Math.max(largest, Math.abs(1 - Math.abs(cosine)));
            }
            return largest;
        }
    }
}
