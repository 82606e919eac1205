package dev.assay.experiment.ioi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Scope;

/**
 * How sparse and how exact a dictionary is on a sample.
 *
 * @param l0 the mean number of active latents per row
 * @param fvu ‖x − x̂‖² / ‖x − x̄‖², sums over rows in float64
 */
record Reconstruction(double l0, double fvu) {
    /** Measures a dictionary without normalization per row, whose decoded codes are in the units of the sample. */
    static Reconstruction of(Dictionary dictionary, NDArray sample) {
        try (Scope scope = Scope.open()) {
            SparseCodes codes = dictionary.encode(sample);
            double active =
                    codes.values().neq(0).toType(DataType.FLOAT64, false).sum().getDouble();
            NDArray x = sample.toType(DataType.FLOAT64, false);
            double error = x.sub(dictionary.decode(codes).toType(DataType.FLOAT64, false))
                    .square()
                    .sum()
                    .getDouble();
            double variance = x.sub(x.mean(new int[] {0}, true)).square().sum().getDouble();
            return new Reconstruction(active / sample.getShape().get(0), error / variance);
        }
    }
}
