package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.ChunkSizes;
import dev.assay.tensor.Scope;
import dev.assay.train.collective.Exchange;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.ReconstructionLoss;

/** The loss of {@link AuxiliaryLoss} on the dead latents of a dictionary, with its gradients. */
final class AuxiliaryGradient {
    private final AuxiliaryLoss auxiliary;
    private final DictionaryParameters p;
    private final DeadSubDictionary dead;
    private final boolean ranksByNorm;
    private final boolean scaled;
    private final int allDead;
    private final SliceReduction reduction;

    /**
     * Prepares the loss.
     *
     * @param auxiliary its options
     * @param p the dictionary
     * @param dead its dead latents
     * @param ranksByNorm whether dead latents are ranked by pre-activation times decoder norm
     * @param allDead the number of dead latents of all slices of the dictionary
     * @param reduction combines the slices
     */
    AuxiliaryGradient(
            AuxiliaryLoss auxiliary,
            DictionaryParameters p,
            DeadSubDictionary dead,
            boolean ranksByNorm,
            int allDead,
            SliceReduction reduction) {
        this.auxiliary = auxiliary;
        this.p = p;
        this.dead = dead;
        this.ranksByNorm = ranksByNorm;
        this.scaled = auxiliary.convention() == AuxiliaryLoss.Convention.SCALED;
        this.allDead = allDead;
        this.reduction = reduction;
    }

    void addTo(BatchSlice batch, StepSums sums) {
        NDArray error = sums.error(); // −r: [batch, d_out]
        NDArray weight = weight(error, sums);
        int rows = batch.size();
        int chunk = ChunkSizes.rows(error, DenseCodeSpace.ROWS, allDead);
        for (int first = 0; first < rows; first += chunk) {
            int last = Math.min(rows, first + chunk);
            try (Scope scope = Scope.open()) {
                add(batch.slice(first, last), weight, sums);
                sums.keep(scope);
            }
        }
    }

    private void add(BatchSlice rows, NDArray weight, StepSums sums) {
        NDArray pre = dead.pre(rows); // [rows, n_dead]
        NDArray selected = selected(pre, AuxiliaryLoss.latentsPerRow(p.dOut(), allDead));
        NDArray codes = pre.mul(selected);
        // r̂ − r, after the error is added
        NDArray difference = reduction.sum(Exchange.AUXILIARY_RECONSTRUCTION, codes.matMul(dead.decoder()));
        Aten.add_(difference, sums.error(rows), 1);
        boolean biased = scaled && p.has(Parameter.DECODER_BIAS);
        if (biased) {
            Aten.add_(difference, p.decoderBias(), 1);
        }
        sums.losses()
                .add(
                        LossNames.AUXILIARY,
                        Aten.div(ReconstructionLoss.sumOfSquares(difference).mul(weight), sums.batchSize()));
        Aten.mul_(difference, Aten.mul(weight, 2.0 / sums.batchSize()));
        NDArray g = difference; // ∂loss/∂r̂
        dead.addGradients(rows, codes, g, selected);
        if (biased) {
            sums.gradients().add(Parameter.DECODER_BIAS, g.sum(new int[] {0}));
        }
    }

    /** Returns 1 where a dead latent is selected, else 0, [rows, n_dead]. */
    private NDArray selected(NDArray pre, int count) {
        try (Scope scope = Scope.open()) {
            NDArray ranks = ranksByNorm ? pre.mul(Aten.rowNorms(dead.decoder()).reshape(1, dead.size())) : pre;
            NDArray positive = scaled ? ranks.onesLike() : Aten.positive(ranks);
            // Usually no row has more positive pre-activations than are selected, so that no ranking is needed.
            float maxPositive = reduction
                    .sum(Exchange.AUXILIARY_COUNTS, positive.sum(new int[] {1}))
                    .max()
                    .getFloat();
            if (maxPositive <= count) {
                return scope.keep(positive);
            }
            NDArray smallest = reduction.kthLargest(ranks, count); // [rows, 1]
            return scope.keep(ReconstructionLoss.indicator(
                    ranks.gte(scaled ? smallest : Aten.clampMin(smallest, Float.MIN_VALUE))));
        }
    }

    /** Returns the factor of E‖r − r̂‖², a scalar array. */
    private NDArray weight(NDArray error, StepSums sums) {
        if (scaled) {
            double share = Math.min((double) allDead / Math.max(p.dOut() / 2, 1), 1);
            return Aten.number(error.getManager(), auxiliary.coefficient() * share);
        }
        NDArray variance;
        try (Scope scope = Scope.open()) {
            NDArray centred = sums.reconstruction(Workspace.Use.SCORES);
            Aten.sub(error, error.mean(new int[] {0}), centred);
            variance = scope.keep(Aten.div(ReconstructionLoss.sumOfSquares(centred), sums.batchSize()));
        }
        // Without variance in the residual the loss is 0, not NaN.
        return Aten.mul(Aten.positive(variance), auxiliary.coefficient())
                .div(Aten.clampMin(variance, Float.MIN_NORMAL));
    }
}
