package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.ChunkSizes;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.Parameter;

/** The loss of {@link AuxiliaryLoss} on the dead part of a dictionary. */
final class AuxiliaryGradient {
    private final AuxiliaryLoss auxiliary;
    private final DictionaryParameters p;
    private final DeadSubDictionary dead;
    private final boolean ranksByNorm;
    private final boolean scaled;

    /**
     * Prepares the loss.
     *
     * @param auxiliary its numbers
     * @param p the dictionary
     * @param dead its dead part
     * @param ranksByNorm whether dead latents are chosen by pre-activation times decoder norm
     */
    AuxiliaryGradient(AuxiliaryLoss auxiliary, DictionaryParameters p, DeadSubDictionary dead, boolean ranksByNorm) {
        this.auxiliary = auxiliary;
        this.p = p;
        this.dead = dead;
        this.ranksByNorm = ranksByNorm;
        this.scaled = auxiliary.convention() == AuxiliaryLoss.Convention.SCALED;
    }

    void addTo(BatchSlice batch, StepAccumulator sums) {
        NDArray error = sums.error(); // −r: [batch, d_out]
        NDArray weight = weight(error, sums);
        int rows = batch.size();
        int piece = ChunkSizes.rows(error, DenseCodeSpace.ROWS, dead.size());
        for (int first = 0; first < rows; first += piece) {
            int last = Math.min(rows, first + piece);
            try (Scope scope = Scope.open()) {
                add(batch.slice(first, last), weight, sums);
                sums.keep(scope);
            }
        }
    }

    private void add(BatchSlice rows, NDArray weight, StepAccumulator sums) {
        NDArray pre = dead.pre(rows); // [rows, n_dead]
        NDArray selected = selected(pre, AuxiliaryLoss.latentsPerRow(p.dOut(), dead.size()));
        NDArray codes = pre.mul(selected);
        NDArray miss = codes.matMul(dead.decoder()); // r̂ − r, once the error is added
        Aten.add_(miss, sums.error(rows), 1);
        boolean biased = scaled && p.has(Parameter.DECODER_BIAS);
        if (biased) {
            Aten.add_(miss, p.decoderBias(), 1);
        }
        sums.loss(
                LossNames.AUXILIARY,
                ReconstructionLoss.squares(miss).mul(weight).div((float) sums.batch()));
        Aten.mul_(miss, weight.mul(2f / sums.batch()));
        NDArray g = miss; // ∂loss/∂r̂
        dead.addGradients(rows, codes, g, selected);
        if (biased) {
            sums.gradient(Parameter.DECODER_BIAS, g.sum(new int[] {0}));
        }
    }

    /** 1 where a dead latent takes part, else 0: [rows, n_dead]. */
    private NDArray selected(NDArray pre, int count) {
        try (Scope scope = Scope.open()) {
            NDArray ranks = ranksByNorm ? pre.mul(Aten.rowNorms(dead.decoder()).reshape(1, dead.size())) : pre;
            NDArray positive = scaled ? ranks.onesLike() : Aten.positive(ranks);
            // Rows seldom have more positive pre-activations than may take part; there is nothing to choose then.
            float most = positive.sum(new int[] {1}).max().getFloat();
            if (most <= count) {
                return scope.keep(positive);
            }
            NDArray smallest = Aten.topK(ranks, count).values().min(new int[] {1}, true); // [rows, 1]
            return scope.keep(
                    ReconstructionLoss.indicator(ranks.gte(scaled ? smallest : smallest.maximum(Float.MIN_VALUE))));
        }
    }

    /** The factor of E‖r − r̂‖², a scalar array. */
    private NDArray weight(NDArray error, StepAccumulator sums) {
        if (scaled) {
            double share = Math.min((double) dead.size() / Math.max(p.dOut() / 2, 1), 1);
            return error.getManager().create((float) (auxiliary.coefficient() * share));
        }
        NDArray variance;
        try (Scope scope = Scope.open()) {
            NDArray centred = sums.borrow(Workspace.Use.SCORES);
            Aten.sub(error, error.mean(new int[] {0}), centred);
            variance = scope.keep(ReconstructionLoss.squares(centred).div((float) sums.batch()));
        }
        // A residual without variance leaves nothing to explain: the loss is 0 then, not NaN.
        return Aten.positive(variance).mul((float) auxiliary.coefficient()).div(variance.maximum(Float.MIN_NORMAL));
    }
}
