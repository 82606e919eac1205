package dev.assay.evaluate.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.Lifetime;
import dev.assay.sae.Dictionary;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.function.UnaryOperator;

/** Float64 rows of a dictionary that computes in float32. */
final class ArrayDictionary implements Float64Dictionary {
    private static final int CHUNK_ROWS = 2048;

    private final Dictionary dictionary;
    private final NDManager manager;
    private final double[][] decoder;

    ArrayDictionary(Dictionary dictionary, NDManager manager) {
        this.dictionary = dictionary;
        this.manager = manager;
        try (Lifetime.Use use = dictionary.use()) {
            this.decoder = rows(dictionary.decoder());
        }
    }

    @Override
    public int latents() {
        return dictionary.dSae();
    }

    @Override
    public double[][] encode(double[][] x) {
        return apply(x, rows -> dictionary.encode(rows).dense());
    }

    @Override
    public double[][] reconstruct(double[][] x) {
        return apply(x, dictionary::reconstruct);
    }

    @Override
    public double[] direction(int latent) {
        return decoder[latent];
    }

    private double[][] apply(double[][] x, UnaryOperator<NDArray> function) {
        double[][] results = new double[x.length][];
        for (int first = 0; first < x.length; first += CHUNK_ROWS) {
            int end = Math.min(x.length, first + CHUNK_ROWS);
            try (Autograd off = Autograd.off();
                    Scope scope = Scope.open()) {
                float[] flat = new float[(end - first) * dictionary.dIn()];
                for (int row = first; row < end; row++) {
                    for (int i = 0; i < dictionary.dIn(); i++) {
                        flat[(row - first) * dictionary.dIn() + i] = (float) x[row][i];
                    }
                }
                NDArray rows = manager.create(flat, new Shape(end - first, dictionary.dIn()));
                System.arraycopy(rows(function.apply(rows)), 0, results, first, end - first);
            }
        }
        return results;
    }

    private static double[][] rows(NDArray matrix) {
        float[] flat = matrix.toFloatArray();
        int columns = Math.toIntExact(matrix.getShape().get(1));
        double[][] rows = new double[Math.toIntExact(matrix.getShape().get(0))][columns];
        for (int i = 0; i < flat.length; i++) {
            rows[i / columns][i % columns] = flat[i];
        }
        return rows;
    }
}
