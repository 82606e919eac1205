package dev.assay.evaluate.baseline;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Directions uniform on the sphere around the mean, with projections as coordinates. Overlapping directions would overshoot the
 * activation, so all codes are multiplied by one factor: for each k the one of least squared error on the sample,
 * {@code ⟨x − x̄, x̂ − x̄⟩ / ‖x̂ − x̄‖²}.
 */
final class RandomDirections implements Baseline {
    private final LinearBaseline projections;
    private final NDArray sample;

    RandomDirections(LinearBaseline projections, NDArray sample) {
        this.projections = projections;
        this.sample = sample;
    }

    /** Draws directions, [count, d] in float64. */
    static INDArray draw(int count, int width, long seed) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            return Float64.of(Weights.controlDirections(manager, count, width, seed));
        }
    }

    @Override
    public String name() {
        return projections.name();
    }

    @Override
    public String description() {
        return projections.description();
    }

    @Override
    public int directions() {
        return projections.directions();
    }

    @Override
    public SparseAutoencoder dense() {
        return topK(directions());
    }

    @Override
    public SparseAutoencoder topK(int k) {
        try (SparseAutoencoder plain = projections.topK(k);
                Scope scope = Scope.open()) {
            Weights weights = plain.weights();
            Weights scaled = new Weights(
                    weights.encoder().mul((float) factor(plain)),
                    weights.encoderBias(),
                    weights.decoder(),
                    weights.decoderBias());
            return plain.toBuilder().weights(scaled).build();
        }
    }

    private double factor(SparseAutoencoder plain) {
        double product = 0;
        double squares = 0;
        for (NDArray rows : SampleRows.of(sample)) {
            try (Scope scope = Scope.open()) {
                NDArray written = plain.reconstruct(rows).sub(plain.decoderBias());
                NDArray wide = written.toType(DataType.FLOAT64, false);
                NDArray centred = rows.sub(plain.decoderBias()).toType(wide.getDataType(), false);
                product += wide.mul(centred).sum().getDouble();
                squares += wide.square().sum().getDouble();
            }
        }
        return squares > 0 ? product / squares : 1;
    }
}
