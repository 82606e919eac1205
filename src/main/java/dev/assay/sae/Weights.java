package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * The arrays of a dictionary, float32. Encoder and decoder both hold one latent a row. The width d_out of what is decoded is d_in,
 * except in a transcoder.
 *
 * @param encoder [d_sae, d_in]
 * @param encoderBias [d_sae]; of a gated dictionary, the bias of its gate
 * @param decoder [d_sae, d_out]
 * @param decoderBias [d_out]
 * @param more what an architecture has besides, under SAELens's names: {@code threshold}, {@code b_mag} or {@code r_mag}, each
 *     [d_sae], or {@code W_skip} [d_out, d_in]
 */
public record Weights(
        NDArray encoder, NDArray encoderBias, NDArray decoder, NDArray decoderBias, Map<String, NDArray> more) {
    /** A row of zeros has no direction; its norm counts as this when divided by. */
    private static final float SMALLEST_NORM = 1e-8f;

    /** Checks types, and all shapes but those of {@code more}, which the architecture checks. */
    public Weights {
        more = Map.copyOf(more);
        if (encoder.getShape().dimension() != 2) {
            throw new InvalidInputException("the encoder has shape " + encoder.getShape() + ", expected [d_sae, d_in]");
        }
        long dSae = encoder.getShape().get(0);
        long dIn = encoder.getShape().get(1);
        check("encoder", encoder, new Shape(dSae, dIn));
        check("encoder bias", encoderBias, new Shape(dSae));
        long dOut = decoderBias.size();
        check("decoder", decoder, new Shape(dSae, dOut));
        check("decoder bias", decoderBias, new Shape(dOut));
        more.forEach((name, array) -> check(name, array, array.getShape()));
    }

    /**
     * Holds the arrays that every architecture has, and no others.
     *
     * @param encoder [d_sae, d_in]
     * @param encoderBias [d_sae]
     * @param decoder [d_sae, d_out]
     * @param decoderBias [d_out]
     */
    public Weights(NDArray encoder, NDArray encoderBias, NDArray decoder, NDArray decoderBias) {
        this(encoder, encoderBias, decoder, decoderBias, Map.of());
    }

    /**
     * Draws directions that are uniform on the unit sphere.
     *
     * @param manager owns the result
     * @param count how many
     * @param width of each
     * @param seed decides them
     * @return float32 [count, width], rows of norm 1
     */
    public static NDArray randomDirections(NDManager manager, int count, int width, long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        float[] gaussian = new float[Math.multiplyExact(count, width)];
        for (int i = 0; i < gaussian.length; i++) {
            gaussian[i] = (float) random.nextGaussian();
        }
        try (Scope scope = Scope.open()) {
            NDArray rows = manager.create(gaussian, new Shape(count, width));
            return scope.keep(rows.div(Aten.rowNorms(rows)));
        }
    }

    private static void check(String name, NDArray array, Shape expected) {
        if (!array.getShape().equals(expected) || array.getDataType() != DataType.FLOAT32) {
            throw new InvalidInputException("the " + name + " is " + array.getDataType() + " " + array.getShape()
                    + ", expected " + DataType.FLOAT32 + " " + expected);
        }
    }

    /**
     * Returns the number of latents.
     *
     * @return d_sae
     */
    public int dSae() {
        return Math.toIntExact(encoder.getShape().get(0));
    }

    /**
     * Returns the width of the activations.
     *
     * @return d_in
     */
    public int dIn() {
        return Math.toIntExact(encoder.getShape().get(1));
    }

    /**
     * Returns the width of what is decoded.
     *
     * @return d_out
     */
    public int dOut() {
        return Math.toIntExact(decoderBias.size());
    }

    /**
     * Returns an array that only some architectures have.
     *
     * @param name its name in {@code more}
     * @return the array
     * @throws InvalidInputException if there is none of this name
     */
    public NDArray more(String name) {
        NDArray array = more.get(name);
        if (array == null) {
            throw new InvalidInputException(
                    "the weights have no " + name + ", only the usual four and " + new TreeSet<>(more.keySet()));
        }
        return array;
    }

    /**
     * Writes {@code input · encoderᵀ + encoderBias} to an array that exists.
     *
     * @param input [n, d_in]
     * @param out [n, d_sae]
     */
    public void preActivations(NDArray input, NDArray out) {
        try (Scope scope = Scope.open()) {
            Aten.addmm(encoderBias, input, encoder.transpose(), out);
        }
    }

    /**
     * Returns the Euclidean norm of every decoder row.
     *
     * @return [d_sae], each at least 1e-8 so that it can be divided by
     */
    public NDArray decoderNorms() {
        try (Scope scope = Scope.open()) {
            return scope.keep(Aten.rowNorms(decoder).reshape(dSae()).maximum(SMALLEST_NORM));
        }
    }
}
