package dev.assay.feature.export;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.checkpoint.Safetensors;
import dev.assay.feature.store.FeatureStore;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The densities of a store in the file that SAELens stores next to a dictionary: {@code sparsity.safetensors} with one tensor {@code sparsity}
 * [d_sae] of float32, the decimal logarithm of density + 1e-10.
 */
public final class SparsityFile {
    private static final String TENSOR = "sparsity";
    private static final double OFFSET = 1e-10;

    private SparsityFile() {}

    /**
     * Writes the file.
     *
     * @param store any store
     * @param file the file; replaced when the new one is complete
     * @throws IOException if it cannot be written
     */
    public static void write(FeatureStore store, Path file) throws IOException {
        float[] logarithms = new float[store.latents()];
        for (int latent = 0; latent < logarithms.length; latent++) {
            logarithms[latent] = (float) Math.log10(store.density(latent) + OFFSET);
        }
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            NDArray sparsity = manager.create(logarithms);
            Safetensors.write(file, Map.of(TENSOR, sparsity), Map.of());
        }
    }
}
