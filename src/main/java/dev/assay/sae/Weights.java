package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Gaussian;
import dev.assay.tensor.Scope;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * The arrays of a dictionary, float32. Encoder and decoder both have one row per latent. The width d_out of the reconstruction is d_in,
 * except in a transcoder.
 *
 * @param encoder [d_sae, d_in]
 * @param encoderBias [d_sae]; the gate bias of a gated dictionary
 * @param decoder [d_sae, d_out]
 * @param decoderBias [d_out]
 * @param extra additional arrays of the architecture under the names of SAELens: {@code threshold}, {@code b_mag} or {@code r_mag}, each
 *     [d_sae], or {@code W_skip} [d_out, d_in]
 */
public record Weights(
        NDArray encoder, NDArray encoderBias, NDArray decoder, NDArray decoderBias, Map<String, NDArray> extra) {
    /** Lower bound of norms in divisions, for rows of zeros. */
    private static final float SMALLEST_NORM = 1e-8f;

    /** Checks types and shapes. The shapes of {@code extra} are checked by the architecture. */
    public Weights {
        extra = Map.copyOf(extra);
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
        extra.forEach((name, array) -> check(name, array, array.getShape()));
    }

    /**
     * Creates weights without extra arrays.
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
     * Samples directions uniformly from the unit sphere.
     *
     * @param manager the owner of the result
     * @param count the number of directions
     * @param width the width of a direction
     * @param seed the random seed
     * @return float32 [count, width], rows of norm 1
     */
    public static NDArray randomDirections(NDManager manager, int count, int width, long seed) {
        try (Scope scope = Scope.open()) {
            NDArray rows = Gaussian.array(manager, new Shape(count, width), seed);
            Aten.div_(rows, Aten.rowNorms(rows));
            return scope.keep(rows);
        }
    }

    /**
     * Samples directions of a control uniformly from the unit sphere. They are independent of {@link #randomDirections} of the same seed,
     * from which training with that seed starts, so that a trained dictionary and its control can have one seed.
     *
     * @param manager the owner of the result
     * @param count the number of directions
     * @param width the width of a direction
     * @param seed the random seed
     * @return float32 [count, width], rows of norm 1
     */
    public static NDArray controlDirections(NDManager manager, int count, int width, long seed) {
        return randomDirections(manager, count, width, new SplittableRandom(seed).nextLong());
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
     * Returns the width of the reconstruction.
     *
     * @return d_out
     */
    public int dOut() {
        return Math.toIntExact(decoderBias.size());
    }

    /**
     * Returns an extra array of the architecture.
     *
     * @param name its name in {@code extra}
     * @return the array
     * @throws InvalidInputException if there is no array of this name
     */
    public NDArray extra(String name) {
        NDArray array = extra.get(name);
        if (array == null) {
            throw new InvalidInputException(
                    "the weights have no array " + name + ", expected one of " + new TreeSet<>(extra.keySet()));
        }
        return array;
    }

    /**
     * Computes {@code input · encoderᵀ + encoderBias} into a preallocated array.
     *
     * @param input [n, d_in]
     * @param out [n, d_sae], overwritten
     */
    public void preActivations(NDArray input, NDArray out) {
        try (Scope scope = Scope.open()) {
            Aten.addmm(encoderBias, input, encoder.transpose(), out);
        }
    }

    /**
     * Returns the Euclidean norm of every decoder row.
     *
     * @return [d_sae], each at least 1e-8 so that division is safe
     */
    public NDArray decoderNorms() {
        try (Scope scope = Scope.open()) {
            return scope.keep(Aten.rowNorms(decoder).reshape(dSae()).maximum(SMALLEST_NORM));
        }
    }

    /**
     * Computes {@code codes · decoder + decoderBias}.
     *
     * @param codes the codes of n rows
     * @return [n, d_out]
     */
    public NDArray decode(SparseCodes codes) {
        try (Scope scope = Scope.open()) {
            NDArray sum = Aten.embeddingBag(decoder, codes.indices(), codes.offsets(), codes.values()); // [n, d_out]
            Aten.add_(sum, decoderBias, 1);
            return scope.keep(sum);
        }
    }

    /**
     * Decodes codes that are multiplied by the norms of decoder rows.
     *
     * @param codes the codes of n rows
     * @return [n, d_out]
     */
    public NDArray decodeRescaled(SparseCodes codes) {
        try (Scope scope = Scope.open()) {
            NDArray norms = Aten.indexSelect(decoderNorms(), 0, codes.indices()); // [m]
            return scope.keep(decode(codes.withValues(codes.values().div(norms))));
        }
    }

    /**
     * Returns the decoder with rows of norm 1.
     *
     * @return [d_sae, d_out]
     */
    public NDArray unitDecoder() {
        try (Scope scope = Scope.open()) {
            NDArray norms = decoderNorms().maximum(Float.MIN_NORMAL); // a row of zeros remains one
            return scope.keep(decoder.div(norms.reshape(dSae(), 1)));
        }
    }

    /**
     * Divides each decoder row by its norm and multiplies encoder row and bias of the latent by the norm.
     *
     * @param alsoMultiplied names of arrays [d_sae] of {@code extra} in units of pre-activations
     * @return new arrays
     */
    public Weights foldDecoderNorm(String... alsoMultiplied) {
        try (Scope scope = Scope.open()) {
            NDArray norms = decoderNorms(); // [d_sae]
            NDArray column = norms.reshape(dSae(), 1);
            Map<String, NDArray> folded = new HashMap<>(extra);
            for (String name : alsoMultiplied) {
                folded.put(name, scope.keep(extra(name).mul(norms)));
            }
            return new Weights(
                    scope.keep(encoder.mul(column)),
                    scope.keep(encoderBias.mul(norms)),
                    scope.keep(unitDecoder()),
                    decoderBias,
                    folded);
        }
    }

    /** Multiplies the encoder by a factor, and divides the decoder and its bias by it. */
    Weights foldActivationNorm(float factor) {
        try (Scope scope = Scope.open()) {
            return new Weights(
                    scope.keep(encoder.mul(factor)),
                    encoderBias,
                    scope.keep(decoder.div(factor)),
                    scope.keep(decoderBias.div(factor)),
                    extra);
        }
    }

    /** Returns copies owned by a manager and by no scope. */
    Weights copy(NDManager owner) {
        Map<String, NDArray> copies = new HashMap<>();
        extra.forEach((name, array) -> copies.put(name, copy(array, owner)));
        return new Weights(
                copy(encoder, owner), copy(encoderBias, owner), copy(decoder, owner), copy(decoderBias, owner), copies);
    }

    static NDArray copy(NDArray array, NDManager owner) {
        return Scope.detached(() -> {
            NDArray copy = owner.create(array.getShape(), DataType.FLOAT32);
            Aten.copy_(copy, array);
            return copy;
        });
    }
}
