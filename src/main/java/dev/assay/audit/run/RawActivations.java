package dev.assay.audit.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.ActivationNormalization;
import dev.assay.sae.InputOptions;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Standard;
import dev.assay.sae.Weights;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;

/**
 * The dimensions of the activations as a dictionary, whose codes are not negative: latent j is {@code max(x_j, 0)} and latent d + j is
 * {@code max(−x_j, 0)}. It reconstructs its input exactly.
 */
final class RawActivations {
    private RawActivations() {}

    /** Creates a dictionary that reads the same sites, closed by the caller. */
    static SparseAutoencoder like(SparseAutoencoder dictionary) {
        int width = dictionary.dIn();
        try (Autograd off = Autograd.off();
                NDManager manager = TorchEngine.newManager(dictionary.device());
                Scope scope = Scope.open()) {
            float[] unit = new float[2 * width * width];
            for (int i = 0; i < width; i++) {
                unit[i * width + i] = 1;
                unit[(width + i) * width + i] = -1;
            }
            NDArray directions = manager.create(unit, new Shape(2L * width, width));
            return SparseAutoencoder.builder()
                    .architecture(new Standard())
                    .weights(new Weights(
                            directions,
                            manager.zeros(new Shape(2L * width)),
                            directions,
                            manager.zeros(new Shape(width))))
                    .input(new InputOptions(
                            ActivationNormalization.NONE,
                            false,
                            dictionary.input().joinHeads()))
                    .metadata(RandomFeatures.reading(dictionary))
                    .build();
        }
    }

    /** Returns the name of a latent for readers. */
    static String name(int latent, int width) {
        return "dimension " + latent % width + (latent < width ? ", positive" : ", negative");
    }
}
