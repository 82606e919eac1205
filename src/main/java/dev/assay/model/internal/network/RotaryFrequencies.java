package dev.assay.model.internal.network;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.config.PositionEncoding;
import dev.assay.model.config.RotaryScaling;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;

/**
 * The inverse frequencies of a rotary embedding: the angle of dimension pair i at a position is {@code position · inverse[i]}.
 *
 * <p>Computed in float32 with the same operations as {@code modeling_rope_utils.py} in transformers 5.18: at position 10,000, a
 * difference in the last bit of a frequency changes the angle by 10⁻³.
 */
public final class RotaryFrequencies {
    private RotaryFrequencies() {}

    /** Returns the inverse frequencies, [r/2]. Only the dynamic scaling depends on the sequence length. */
    static float[] inverse(PositionEncoding.Rotary rotary, long length) {
        RotaryScaling scaling = rotary.scaling();
        if (scaling instanceof RotaryScaling.Linear linear) {
            return linear(rotary, linear);
        }
        if (scaling instanceof RotaryScaling.Dynamic dynamic) {
            return dynamic(rotary, dynamic, length);
        }
        if (scaling instanceof RotaryScaling.Llama3 llama3) {
            return llama3(rotary, llama3);
        }
        if (scaling instanceof RotaryScaling.Yarn yarn) {
            return yarn(rotary, yarn);
        }
        return plain(rotary, (float) rotary.base());
    }

    private static float[] plain(PositionEncoding.Rotary rotary, float base) {
        float[] powers = powers(base, rotary);
        float[] inverse = new float[powers.length];
        for (int i = 0; i < powers.length; i++) {
            inverse[i] = 1f / powers[i];
        }
        return inverse;
    }

    private static float[] linear(PositionEncoding.Rotary rotary, RotaryScaling.Linear scaling) {
        float[] inverse = plain(rotary, (float) rotary.base());
        for (int i = 0; i < inverse.length; i++) {
            inverse[i] /= (float) scaling.factor();
        }
        return inverse;
    }

    private static float[] dynamic(PositionEncoding.Rotary rotary, RotaryScaling.Dynamic scaling, long length) {
        if (length <= scaling.context()) {
            return plain(rotary, (float) rotary.base());
        }
        float factor = (float) scaling.factor();
        float growth = factor * length / scaling.context() - (float) (scaling.factor() - 1);
        double exponent = (double) rotary.dimensions() / (rotary.dimensions() - 2);
        return plain(rotary, (float) rotary.base() * (float) Math.pow(growth, exponent));
    }

    private static float[] llama3(PositionEncoding.Rotary rotary, RotaryScaling.Llama3 scaling) {
        float[] inverse = plain(rotary, (float) rotary.base());
        float factor = (float) scaling.factor();
        float longest = (float) (scaling.context() / scaling.low());
        float shortest = (float) (scaling.context() / scaling.high());
        for (int i = 0; i < inverse.length; i++) {
            float wavelength = 1f / inverse[i] * (float) (2 * Math.PI);
            if (wavelength > longest) {
                inverse[i] /= factor;
            } else if (wavelength >= shortest) {
                float smooth = (1f / wavelength * scaling.context() - (float) scaling.low())
                        / (float) (scaling.high() - scaling.low());
                inverse[i] = (1 - smooth) * inverse[i] / factor + smooth * inverse[i];
            }
        }
        return inverse;
    }

    private static float[] yarn(PositionEncoding.Rotary rotary, RotaryScaling.Yarn scaling) {
        double low = dimensionOf(scaling.betaFast(), rotary, scaling.context());
        double high = dimensionOf(scaling.betaSlow(), rotary, scaling.context());
        if (scaling.truncate()) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, rotary.dimensions() - 1);
        if (low == high) {
            high += 0.001;
        }
        float[] powers = powers((float) rotary.base(), rotary);
        float[] inverse = new float[powers.length];
        for (int i = 0; i < powers.length; i++) {
            float kept = 1 - Math.min(Math.max((i - (float) low) / (float) (high - low), 0), 1);
            inverse[i] = 1f / ((float) scaling.factor() * powers[i]) * (1 - kept) + 1f / powers[i] * kept;
        }
        return inverse;
    }

    /** Returns the fractional dimension that rotates {@code rotations} times over the context. */
    private static double dimensionOf(double rotations, PositionEncoding.Rotary rotary, int context) {
        return rotary.dimensions() * Math.log(context / (rotations * 2 * Math.PI)) / (2 * Math.log(rotary.base()));
    }

    /** Returns {@code base^(2i/r)}, computed by the same kernel as in the reference. */
    private static float[] powers(float base, PositionEncoding.Rotary rotary) {
        float[] exponents = new float[rotary.rotated() / 2];
        for (int i = 0; i < exponents.length; i++) {
            exponents[i] = 2f * i / rotary.dimensions();
        }
        try (Scope scope = Scope.open();
                NDManager manager = TorchEngine.newManager(Device.cpu())) {
            NDArray bases = manager.create(new float[] {base}, new Shape(1));
            return bases.pow(manager.create(exponents)).toFloatArray();
        }
    }
}
