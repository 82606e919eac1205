package dev.assay.train.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.CodeSpace;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.ReconstructionLoss;
import dev.assay.train.spi.Selector;
import dev.assay.train.spi.StepAccumulator;
import dev.assay.train.spi.StepLoss;

/** Squared error of rectified codes plus a penalty of their sizes. A size is the code or the code times the decoder norm. */
final class RectifiedLoss implements StepLoss {
    private final Selector selector = Selector.positive();
    private final LpPenalty penalty;
    private final double coefficient;
    private final NDArray norms; // [d_sae], or null if sizes are the codes
    private final NDArray normGradient; // [d_sae], the gradient with respect to the norms, or null if norms is null
    private final NDArray meanPenalty; // scalar: the sum over slices

    /**
     * Creates the loss of a step.
     *
     * @param parameters the dictionary
     * @param penalty the penalty of sizes
     * @param coefficient the coefficient of the mean penalty per row
     * @param normWeighted whether sizes are codes times decoder norms
     */
    RectifiedLoss(DictionaryParameters parameters, LpPenalty penalty, double coefficient, boolean normWeighted) {
        this.penalty = penalty;
        this.coefficient = coefficient;
        this.norms = normWeighted ? parameters.decoderNorms() : null;
        this.normGradient = normWeighted ? norms.zerosLike() : null;
        this.meanPenalty = parameters.encoderBias().getManager().zeros(new Shape());
    }

    @Override
    public Selector selector() {
        return selector;
    }

    @Override
    public void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums) {
        Aten.relu_(pre);
        NDArray codes = pre;
        ReconstructionLoss reconstruction = ReconstructionLoss.of(sums, rows, space, codes);
        NDArray sizes = norms == null ? codes : codes.mul(space.ofLatents(norms));
        LpPenalty.Amount amount = penalty.of(space, sizes);
        float factor = (float) (coefficient / sums.batchSize());

        NDArray codeGradient = reconstruction.codeGradient();
        NDArray mean = Aten.div(amount.sum(), sums.batchSize());
        sums.losses().add(LossNames.SQUARED_ERROR, reconstruction.squaredError());
        sums.losses().add(LossNames.L1, Aten.mul(mean, coefficient));
        Aten.add_(meanPenalty, mean, 1);
        sums.losses().log(LossNames.PENALTY, mean);
        sums.losses().log(LossNames.ERROR_NORM, reconstruction.meanNorm());
        reconstruction.addGradients(); // reads the gradient before the penalty is added
        // The slope with respect to the code: with weighted sizes, the slope with respect to the size times the norm.
        NDArray slope = norms == null ? amount.slope() : amount.slope().mul(space.ofLatents(norms));
        Aten.add_(codeGradient, slope, factor);
        Aten.keepWhereAbove_(codeGradient, codes, 0);
        sums.gradients().addPreActivations(space, rows, codeGradient);
        if (norms != null) {
            NDArray normSlopes = Aten.mul(space.sumByLatent(amount.slope().mul(codes)), factor);
            Aten.add_(normGradient, normSlopes, 1);
        }
        sums.countAbove(space, codes, 0);
    }

    /** Returns the mean penalty per row before the coefficient, summed over the slices added so far: a scalar. */
    NDArray meanPenalty() {
        return meanPenalty;
    }

    @Override
    public void finish(BatchSlice batch, NDArray dead, StepAccumulator sums) {
        StepLoss.super.finish(batch, dead, sums);
        if (norms != null) {
            sums.gradients().addDecoderNorms(normGradient, norms);
        }
    }
}
