package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.io.JsonObject;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Map;

/**
 * Top-k architecture: keeps the k largest pre-activations per row, then sets negative values to 0 (Gao et al., "Scaling and evaluating
 * sparse autoencoders", arXiv 2406.04093, equation 4, with the ReLU described in its text).
 *
 * @param k the number of latents kept per row
 * @param rescaleByDecoderNorm whether selection and codes use pre-activations multiplied by the norms of decoder rows; decoding divides by
 *     the norms
 */
public record TopK(int k, boolean rescaleByDecoderNorm) implements Architecture {
    static final String ID = "topk";

    static final String RESCALE = "rescale_acts_by_decoder_norm";

    /** Checks k. */
    public TopK {
        InvalidInputException.requireAtLeast(1, "k", k);
    }

    /**
     * Returns the architecture without rescaling by decoder norms.
     *
     * @param k the number of latents kept per row
     * @return the architecture
     */
    public static TopK of(int k) {
        return new TopK(k, false);
    }

    @Override
    public String id() {
        return ID;
    }

    static TopK read(JsonObject cfg) {
        int k = cfg.integer("k");
        if (k < 1) {
            throw cfg.unexpected("k", "at least 1");
        }
        return new TopK(k, cfg.bool(RESCALE, false));
    }

    @Override
    public Map<String, Object> options() {
        return Map.of("k", k, RESCALE, rescaleByDecoderNorm);
    }

    @Override
    public void check(int dSae) {
        if (k > dSae) {
            throw new InvalidInputException("k is " + k + ", expected at most d_sae, which is " + dSae);
        }
    }

    @Override
    public SparseCodes encode(NDArray input, Weights weights, NDArray workspace) {
        try (Scope scope = Scope.open()) {
            weights.preActivations(input, workspace);
            if (rescaleByDecoderNorm) {
                Aten.mul_(workspace, weights.decoderNorms());
            }
            Aten.Selection selection = RowTopK.select(workspace, k); // [n, k]
            NDArray values = selection.values().maximum(0f);
            return SparseCodes.ofRows(new Aten.Selection(values, selection.indices()), weights.dSae())
                    .keep(scope);
        }
    }

    @Override
    public NDArray decode(SparseCodes codes, Weights weights) {
        return rescaleByDecoderNorm ? weights.decodeRescaled(codes) : weights.decode(codes);
    }

    @Override
    public NDArray directions(Weights weights) {
        return rescaleByDecoderNorm ? weights.unitDecoder() : weights.decoder();
    }

    @Override
    public Weights foldDecoderNorm(Weights weights) {
        if (!rescaleByDecoderNorm) {
            throw new InvalidInputException(
                    "the decoder norms of a top-k dictionary that does not rescale by them cannot be"
                            + " folded into its encoder, because that would change which latents are selected");
        }
        return weights.foldDecoderNorm();
    }

    @Override
    public Architecture withUnitDecoderNorms() {
        return TopK.of(k);
    }
}
