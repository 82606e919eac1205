package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.train.plan.Parameter;

/** The squared error of rectified codes and a penalty of their sizes, which count times the norms of decoder rows or as they are. */
final class RectifiedLoss {
    private static final String OF_NORMS = "norms";

    private final NDArray norms; // [d_sae] or null where sizes are the codes

    /**
     * Prepares a step.
     *
     * @param p the dictionary
     * @param normWeighted whether a code counts times the norm of its decoder row
     */
    RectifiedLoss(DictionaryParameters p, boolean normWeighted) {
        this.norms = normWeighted ? p.decoderNorms() : null;
    }

    /** The sizes of codes at their places. */
    NDArray sizes(CodeSpace space, NDArray codes) {
        return norms == null ? codes : codes.mul(space.ofLatents(norms));
    }

    /**
     * Adds the losses and gradients of some rows.
     *
     * @param pre pre-activations at the places, overwritten
     * @param penalty of the sizes
     * @param coefficient of its mean over rows
     */
    void add(
            BatchSlice rows,
            CodeSpace space,
            NDArray pre,
            StepAccumulator sums,
            LpPenalty penalty,
            double coefficient) {
        Aten.relu_(pre);
        NDArray codes = pre;
        ReconstructionLoss reconstruction = ReconstructionLoss.of(sums, rows, space, codes);
        LpPenalty.Amount amount = penalty.of(space, sizes(space, codes));
        float factor = (float) (coefficient / sums.batch());

        NDArray codeGradient = reconstruction.codeGradient(sums.parameters());
        NDArray mean = amount.sum().div((float) sums.batch());
        sums.loss(LossNames.SQUARED_ERROR, reconstruction.squaredError(sums));
        sums.loss(LossNames.L1, mean.mul((float) coefficient));
        sums.log(LossNames.PENALTY, mean);
        sums.log(LossNames.ERROR_NORM, reconstruction.meanNorm(sums));
        reconstruction.addGradients(sums);
        // The slope of each size, times the norm where sizes count it; the gradient is needed no more as it was.
        NDArray ofCodes = norms == null ? amount.slope() : amount.slope().mul(space.ofLatents(norms));
        Aten.add_(codeGradient, ofCodes, factor);
        Aten.keepWhereAbove_(codeGradient, codes, 0);
        sums.encoderProduct(space, rows, codeGradient);
        if (norms != null) {
            sums.perLatent(
                    OF_NORMS, space.sumByLatent(amount.slope().mul(codes)).mul(factor));
        }
        sums.activeWherePositive(space, codes);
    }

    /** Adds what needs the sums of all rows. */
    void finish(StepAccumulator sums) {
        sums.gradient(Parameter.ENCODER_BIAS, sums.productSum().duplicate());
        if (norms != null) {
            sums.decoderNorms(sums.perLatent(OF_NORMS), norms);
        }
    }
}
