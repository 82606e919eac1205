package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.JsonObject;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Map;

/**
 * A batch top-k dictionary as SAELens keeps it while it trains (Bussmann, Leask and Nanda, "BatchTopK Sparse Autoencoders", arXiv
 * 2412.06410). In training the k·n largest activations of a whole batch were kept, see {@link #encodeBatch}. A trained dictionary
 * has to encode each row by itself: it keeps what is above the threshold that training estimated, equation 4. A finished
 * dictionary of this kind is a {@link JumpRelu} one, see {@link #jumpReluWeights}.
 *
 * @param k the mean number of latents kept in a row while training; need not be whole
 * @param rescaleByDecoderNorm whether a latent's pre-activation counts times the norm of its decoder row, in the selection and in
 *     the code; decoding divides it out again
 * @param threshold what a code must be above
 * @param matryoshka whether it was trained to reconstruct from nested groups of latents too (Bussmann et al., "Learning Multi-Level
 *     Features with Matryoshka Sparse Autoencoders", arXiv 2503.17547), which changes nothing once it is trained
 */
public record BatchTopK(double k, boolean rescaleByDecoderNorm, double threshold, boolean matryoshka)
        implements Architecture {
    static final String ID = "batchtopk";
    static final String MATRYOSHKA_ID = "matryoshka_batchtopk";
    /** A scalar in the file of weights. */
    static final String THRESHOLD = "topk_threshold";

    /** Checks k. */
    public BatchTopK {
        if (!(k > 0) || Double.isInfinite(k)) {
            throw new InvalidInputException("k is " + k + ", expected a number above 0");
        }
    }

    static BatchTopK read(JsonObject cfg, Safetensors weights) {
        double k = cfg.number("k");
        if (!(k > 0)) {
            throw cfg.unexpected("k", "a number above 0");
        }
        boolean matryoshka = cfg.text("architecture").equals(MATRYOSHKA_ID);
        return new BatchTopK(k, cfg.bool(TopK.RESCALE, true), weights.scalar(THRESHOLD), matryoshka);
    }

    @Override
    public String id() {
        return matryoshka ? MATRYOSHKA_ID : ID;
    }

    @Override
    public Map<String, Object> options() {
        Number written = k == Math.rint(k) ? (Number) (long) k : (Number) k;
        return Map.of("k", written, TopK.RESCALE, rescaleByDecoderNorm);
    }

    @Override
    public Map<String, NDArray> optionTensors(NDManager manager) {
        return Map.of(THRESHOLD, manager.create(threshold));
    }

    @Override
    public void check(int dSae) {
        if (k > dSae) {
            throw new InvalidInputException("k is " + k + ", expected at most d_sae, which is " + dSae);
        }
    }

    @Override
    public SparseCodes encode(NDArray input, Weights weights, NDArray workspace) {
        score(input, weights, workspace);
        return ActiveEntries.above(workspace, (float) Math.max(threshold, 0));
    }

    /**
     * Encodes as training did: keeps the largest ⌊k·n⌋ entries of the whole batch, so that the codes of a row depend on the others.
     *
     * @param input [n, d_in], normalised and centred
     * @param weights the dictionary's arrays
     * @param workspace [n, d_sae], overwritten
     * @return the codes of the n rows
     */
    public SparseCodes encodeBatch(NDArray input, Weights weights, NDArray workspace) {
        long rows = workspace.getShape().get(0);
        try (Scope scope = Scope.open()) {
            score(input, weights, workspace);
            Aten.Selection best = Aten.topK(workspace.reshape(workspace.size()), (int) (k * rows));
            NDArray positions = Aten.sort(best.indices()).values();
            NDArray values = Aten.indexSelect(workspace.reshape(workspace.size()), 0, positions);
            return SparseCodes.ofPositions(positions, values.maximum(0f), rows, weights.dSae())
                    .keep(scope);
        }
    }

    /**
     * Returns the arrays of the finished dictionary, as SAELens saves it: the threshold at every latent and, where codes count the
     * decoder's norms, these folded into the encoder.
     *
     * @param weights the arrays while training
     * @return arrays for {@link JumpRelu} that give the same codes and reconstructions
     */
    public Weights jumpReluWeights(Weights weights) {
        Weights folded = rescaleByDecoderNorm ? weights.foldDecoderNorm() : weights;
        NDArray thresholds = weights.encoder().getManager().full(new Shape(weights.dSae()), (float) threshold);
        return new Weights(
                folded.encoder(),
                folded.encoderBias(),
                folded.decoder(),
                folded.decoderBias(),
                Map.of(JumpRelu.THRESHOLD, thresholds));
    }

    private void score(NDArray input, Weights weights, NDArray workspace) {
        try (Scope scope = Scope.open()) {
            weights.preActivations(input, workspace);
            if (rescaleByDecoderNorm) {
                Aten.mul_(workspace, weights.decoderNorms());
            }
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
                    "the decoder norms of a batch top-k dictionary that does not rescale by them cannot be"
                            + " folded into its encoder, since that would change which latents are selected");
        }
        return weights.foldDecoderNorm();
    }

    /** {@inheritDoc} Codes that count the decoder's norms are divided by the factor with them, and so is the threshold. */
    @Override
    public Architecture foldActivationNorm(double scale) {
        return rescaleByDecoderNorm ? new BatchTopK(k, true, threshold / scale, matryoshka) : this;
    }
}
