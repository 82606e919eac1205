package dev.assay.experiment.ioi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.InputOptions;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Standard;
import dev.assay.sae.Weights;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Arrays;

/**
 * Random features with the firing frequency and the mean contribution norm of each latent of a dictionary:
 *
 * <pre>
 * c_j = a_j · relu(r_j · x − t_j)
 * </pre>
 *
 * <p>with a random unit vector r_j as encoder and as direction, t_j the quantile of r_j · x on a sample at which c_j is active as often as
 * latent j, and a_j such that its active codes have the mean of ‖c_j d_j‖ of latent j. A dead latent has a feature that is never active.
 */
final class MatchedFeatures {
    private MatchedFeatures() {}

    /**
     * Draws features.
     *
     * @param sae the dictionary to match
     * @param sample activations, [n, d]
     * @param seed of the directions
     * @return a dictionary of the same size
     */
    static SparseAutoencoder of(SparseAutoencoder sae, NDArray sample, long seed) {
        int latents = sae.dSae();
        int rows = (int) sample.getShape().get(0);
        try (Scope scope = Scope.open()) {
            NDManager manager = sample.getManager();
            float[] codes = sae.encode(sample).dense().toFloatArray(); // [n, latents]
            float[] norms = Aten.rowNorms(sae.directions()).toFloatArray();
            NDArray directions = Weights.controlDirections(manager, latents, sae.dIn(), seed);
            float[] projections = sample.matMul(directions.transpose()).toFloatArray(); // [n, latents]
            float[] factors = new float[latents];
            float[] biases = new float[latents];
            for (int j = 0; j < latents; j++) {
                double sum = 0;
                int active = 0;
                float[] along = new float[rows];
                for (int row = 0; row < rows; row++) {
                    float code = codes[row * latents + j];
                    sum += code;
                    active += code > 0 ? 1 : 0;
                    along[row] = projections[row * latents + j];
                }
                if (active == 0) {
                    continue; // c = relu(0) = 0
                }
                Arrays.sort(along);
                float threshold = active == rows ? along[0] - 1e-3f : along[rows - active - 1];
                double excess = 0;
                for (int row = rows - active; row < rows; row++) {
                    excess += along[row] - threshold;
                }
                double factor = excess > 0 ? sum * norms[j] / excess : 0;
                factors[j] = (float) factor;
                biases[j] = (float) (-factor * threshold);
            }
            NDArray scales = manager.create(factors, new Shape(latents, 1));
            return SparseAutoencoder.builder()
                    .architecture(new Standard())
                    .weights(new Weights(
                            directions.mul(scales),
                            manager.create(biases),
                            directions,
                            manager.zeros(new Shape(sae.dIn()))))
                    .input(InputOptions.PLAIN)
                    .metadata(sae.metadata())
                    .build();
        }
    }
}
