package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;
import java.util.HashMap;
import java.util.Map;

/**
 * Predicts the activations of one site from those of another (Dunefsky, Chlenski and Nanda, "Transcoders Find Interpretable LLM Feature
 * Circuits", arXiv 2406.11944). Codes are computed as in an autoencoder, but the decoder bias, which belongs to the predicted site, is
 * never subtracted from the input, and the normalisation of the input is not inverted:
 *
 * <pre>{@code
 * prediction = codes · decoder + decoderBias (+ x · W_skipᵀ)
 * }</pre>
 *
 * The last term is the skip connection (Paulo, Shabalin and Belrose, "Transcoders Beat Sparse Autoencoders for Interpretability", arXiv
 * 2501.18823); its input is the activations before normalisation.
 *
 * @param codes the architecture that computes the codes
 * @param skip whether there is a skip connection, the array {@link #W_SKIP} of {@link Weights#extra}
 */
public record Transcoder(Architecture codes, boolean skip) implements Architecture {
    /** The name of the skip matrix, [d_out, d_in]. */
    public static final String W_SKIP = "W_skip";

    /** Checks that the codes are not computed by another transcoder. */
    public Transcoder {
        if (!codes.reconstructsInput()) {
            throw new InvalidInputException("the codes of a transcoder are computed by " + codes.id()
                    + ", expected the architecture of an autoencoder");
        }
    }

    /**
     * Returns a transcoder without a skip connection.
     *
     * @param codes the architecture that computes the codes
     * @return the architecture
     */
    public static Transcoder of(Architecture codes) {
        return new Transcoder(codes, false);
    }

    /**
     * Returns a transcoder with a skip connection.
     *
     * @param codes the architecture that computes the codes
     * @return the architecture
     */
    public static Transcoder withSkip(Architecture codes) {
        return new Transcoder(codes, true);
    }

    /**
     * {@inheritDoc} SAELens defines {@code transcoder}, {@code skip_transcoder} and {@code jumprelu_transcoder}; the other names follow the
     * same pattern.
     */
    @Override
    public String id() {
        return id(codes.id(), skip);
    }

    static String id(String codes, boolean skip) {
        return (codes.equals(Standard.ID) ? "" : codes + "_") + (skip ? "skip_transcoder" : "transcoder");
    }

    @Override
    public Map<String, Object> options() {
        return codes.options();
    }

    @Override
    public Map<String, Shape> extraShapes(int dIn, int dSae, int dOut) {
        Map<String, Shape> shapes = new HashMap<>(codes.extraShapes(dIn, dSae, dOut));
        if (skip) {
            shapes.put(W_SKIP, new Shape(dOut, dIn));
        }
        return shapes;
    }

    @Override
    public String encoderBiasName() {
        return codes.encoderBiasName();
    }

    @Override
    public void check(int dSae) {
        codes.check(dSae);
    }

    @Override
    public boolean reconstructsInput() {
        return false;
    }

    @Override
    public void preActivations(NDArray input, Weights weights, NDArray out) {
        codes.preActivations(input, weights, out);
    }

    @Override
    public SparseCodes encode(NDArray input, Weights weights, NDArray workspace) {
        return codes.encode(input, weights, workspace);
    }

    @Override
    public NDArray decode(SparseCodes sparse, Weights weights) {
        return codes.decode(sparse, weights);
    }

    @Override
    public NDArray directions(Weights weights) {
        return codes.directions(weights);
    }

    @Override
    public NDArray output(NDArray decoded, NDArray x, ActivationNormalization.Normalized normalized, Weights weights) {
        if (!skip) {
            return decoded;
        }
        try (Scope scope = Scope.open()) {
            return scope.keep(x.matMul(weights.extra(W_SKIP).transpose()).add(decoded));
        }
    }

    @Override
    public Weights foldDecoderNorm(Weights weights) {
        return codes.foldDecoderNorm(weights);
    }

    @Override
    public Architecture withUnitDecoderNorms() {
        return new Transcoder(codes.withUnitDecoderNorms(), skip);
    }

    @Override
    public Architecture foldActivationNorm(double scale) {
        return new Transcoder(codes.foldActivationNorm(scale), skip);
    }
}
