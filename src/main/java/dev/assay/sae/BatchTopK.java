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
 * A batch top-k dictionary in the form of a SAELens training checkpoint (Bussmann, Leask and Nanda, "BatchTopK Sparse Autoencoders", arXiv
 * 2412.06410). Training keeps the k·n largest activations of a batch of n rows, see {@link #encodeBatch}. Inference encodes each row
 * independently: it keeps activations above the threshold estimated in training (equation 4). A finished dictionary is saved as
 * {@link JumpRelu}, see {@link #jumpReluWeights}.
 *
 * @param k the mean number of active latents per row in training, not necessarily an integer
 * @param rescaleByDecoderNorm whether selection and codes use pre-activations multiplied by the norms of decoder rows; decoding divides by
 *     the norms
 * @param threshold the exclusive lower bound of active codes
 * @param matryoshka whether training also reconstructed from nested groups of latents (Bussmann et al., "Learning Multi-Level Features with
 *     Matryoshka Sparse Autoencoders", arXiv 2503.17547); inference is the same
 */
public record BatchTopK(double k, boolean rescaleByDecoderNorm, double threshold, boolean matryoshka)
        implements Architecture {
    static final String ID = "batchtopk";
    static final String MATRYOSHKA_ID = "matryoshka_batchtopk";
    /** The name of a scalar in the file of weights. */
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
     * Encodes a batch with the selection of training: keeps its ⌊k·n⌋ largest entries, so that the codes of a row depend on the other rows.
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
     * Returns the weights of the finished dictionary as SAELens saves it: the threshold repeated for every latent, and decoder norms folded
     * into the encoder if codes are rescaled by them.
     *
     * @param weights the arrays of the training checkpoint
     * @return arrays for {@link JumpRelu} with the same codes and reconstructions
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
                            + " folded into its encoder, because that would change which latents are selected");
        }
        return weights.foldDecoderNorm();
    }

    @Override
    public Architecture withUnitDecoderNorms() {
        return new BatchTopK(k, false, threshold, matryoshka);
    }

    /** {@inheritDoc} Rescaled codes are proportional to decoder norms, so the threshold is divided by the factor as well. */
    @Override
    public Architecture foldActivationNorm(double scale) {
        return rescaleByDecoderNorm ? new BatchTopK(k, true, threshold / scale, matryoshka) : this;
    }
}
