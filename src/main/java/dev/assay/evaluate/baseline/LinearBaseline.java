package dev.assay.evaluate.baseline;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A baseline with linear coordinates {@code c = encoder · (x − origin)}. Of the 2m pre-activations ±c at most m are positive, so that
 * a top-k dictionary keeps exactly the k coordinates of largest magnitude.
 *
 * @param name name in tables
 * @param description one line about the method and its result
 * @param origin [1, d]
 * @param encoder [m, d]
 * @param decoder [m, d], unit rows
 * @param signed whether negative coordinates count; otherwise they are 0
 * @param metadata of the dictionaries
 * @param device of the dictionaries
 */
record LinearBaseline(
        String name,
        String description,
        INDArray origin,
        INDArray encoder,
        INDArray decoder,
        boolean signed,
        SaeMetadata metadata,
        Device device)
        implements Baseline {
    @Override
    public int directions() {
        return encoder.rows();
    }

    @Override
    public SparseAutoencoder dense() {
        return topK(directions());
    }

    @Override
    public SparseAutoencoder topK(int k) {
        Baselines.checkK(this, k);
        try (NDManager manager = TorchEngine.newManager(device);
                Scope scope = Scope.open()) {
            NDArray encode = latents(encoder, manager);
            return SparseAutoencoder.builder()
                    .architecture(TopK.of(k))
                    .weights(new Weights(
                            encode,
                            manager.zeros(new Shape(encode.getShape().get(0))),
                            latents(decoder, manager),
                            Float64.toFloat32(origin, manager).reshape(-1)))
                    .metadata(metadata)
                    .build();
        }
    }

    private NDArray latents(INDArray rows, NDManager manager) {
        NDArray array = Float64.toFloat32(rows, manager);
        return signed ? array.concat(array.neg(), 0) : array;
    }
}
