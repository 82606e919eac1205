package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.Architecture;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;

/**
 * Something that turns an activation into non-negative numbers, one a unit: the latents of a dictionary, or a baseline that is asked
 * the same questions. A direction that can be read both ways is two units, one for each sign.
 */
@FunctionalInterface
public interface Units {
    /**
     * Returns the value of every unit.
     *
     * @param x [n, d]
     * @return [n, units], not negative, owned by the open scope
     */
    NDArray values(NDArray x);

    /**
     * Returns the latents of a dictionary.
     *
     * @param sae stays the caller's to close
     * @return d_sae units
     */
    static Units latents(SparseAutoencoder sae) {
        return x -> {
            try (Scope scope = Scope.open()) {
                return scope.keep(sae.encode(x).dense());
            }
        };
    }

    /**
     * Returns the dimensions of the activation itself, each centred and read both ways.
     *
     * @param mean [d], the mean activation
     * @return 2·d units
     */
    static Units neurons(NDArray mean) {
        return x -> bothSigns(x.sub(mean));
    }

    /**
     * Returns directions, each centred and read both ways.
     *
     * @param mean [d], the mean activation
     * @param directions [m, d]
     * @return 2·m units
     */
    static Units directions(NDArray mean, NDArray directions) {
        return x -> bothSigns(x.sub(mean).matMul(directions.transpose()));
    }

    private static NDArray bothSigns(NDArray values) {
        return NDArrays.concat(new NDList(values.maximum(0f), values.neg().maximum(0f)), 1);
    }

    /**
     * Makes the dictionary that knows nothing: directions uniform on the sphere, encoder and decoder alike, centred on the data.
     *
     * @param architecture how codes are chosen
     * @param dSae the number of latents
     * @param mean [d], the mean activation
     * @param seed decides the directions
     * @return the dictionary, to be closed
     */
    static SparseAutoencoder randomDictionary(Architecture architecture, int dSae, NDArray mean, long seed) {
        try (Scope scope = Scope.open()) {
            NDArray unit = Weights.randomDirections(mean.getManager(), dSae, (int) mean.size(), seed);
            NDArray bias = mean.getManager().zeros(new Shape(dSae));
            return SparseAutoencoder.builder()
                    .architecture(architecture)
                    .weights(new Weights(unit, bias, unit, mean))
                    .build();
        }
    }
}
