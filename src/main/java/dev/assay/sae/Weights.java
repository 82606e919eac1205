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
import java.util.TreeSet;

/**
 * The arrays of a dictionary, float32. Encoder and decoder both hold one latent a row. The width d_out of what is decoded is d_in,
 * except in a transcoder.
 *
 * @param encoder [d_sae, d_in]
 * @param encoderBias [d_sae]; of a gated dictionary, the bias of its gate
 * @param decoder [d_sae, d_out]
 * @param decoderBias [d_out]
 * @param extra additional arrays of the architecture, under SAELens's names: {@code threshold}, {@code b_mag} or {@code r_mag}, each
 *     [d_sae], or {@code W_skip} [d_out, d_in]
 */
public record Weights(
        NDArray encoder, NDArray encoderBias, NDArray decoder, NDArray decoderBias, Map<String, NDArray> extra) {
    /** A row of zeros has no direction; its norm counts as this when divided by. */
    private static final float SMALLEST_NORM = 1e-8f;

    /** Checks types, and all shapes but those of {@code extra}, which the architecture checks. */
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
        try (Scope scope = Scope.open()) {
            NDArray rows = Gaussian.array(manager, new Shape(count, width), seed);
            Aten.div_(rows, Aten.rowNorms(rows));
            return scope.keep(rows);
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
     * @param name its name in {@code extra}
     * @return the array
     * @throws InvalidInputException if there is none of this name
     */
    public NDArray extra(String name) {
        NDArray array = extra.get(name);
        if (array == null) {
            throw new InvalidInputException(
                    "the weights have no " + name + ", only the usual four and " + new TreeSet<>(extra.keySet()));
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

    /**
     * Decodes: the sum of the latents' rows, each times its code, and the decoder's bias.
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
     * Decodes codes that count times the norms of their latents' decoder rows.
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
            return scope.keep(decoder.div(decoderNorms().reshape(dSae(), 1)));
        }
    }

    /**
     * Divides each decoder row by its norm and multiplies the latent's encoder row and bias by it.
     *
     * @param alsoMultiplied names of arrays [d_sae] of {@code extra} that are on the scale of pre-activations
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

    /** Returns copies that a manager owns and no scope. */
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
