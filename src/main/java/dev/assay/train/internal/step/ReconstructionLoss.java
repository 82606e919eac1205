package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Aten;
import dev.assay.train.plan.Parameter;

/**
 * The squared error of a reconstruction with its gradients: {@code x̂ = c · W_dec + b_dec} (of a skip transcoder also
 * {@code + x · W_skipᵀ}) and {@code E‖x̂ − y‖²}, summed over dimensions.
 */
final class ReconstructionLoss {
    private final BatchSlice rows;
    private final CodeSpace space;
    private final NDArray codes;
    private final NDArray error; // [rows, d_out]: x̂ − y
    private final float factor; // ∂E‖x̂ − y‖²/∂x̂ = factor · error
    private final NDArray scaledError; // factor · error where that is smaller than the codes, else null
    private NDArray codeGradient;

    private ReconstructionLoss(BatchSlice rows, CodeSpace space, NDArray codes, NDArray error, float factor) {
        this.rows = rows;
        this.space = space;
        this.codes = codes;
        this.error = error;
        this.factor = factor;
        this.scaledError = codes.size() > error.size() ? error.mul(factor) : null;
    }

    static ReconstructionLoss of(StepAccumulator sums, BatchSlice rows, CodeSpace space, NDArray codes) {
        NDArray error = error(sums, rows, space, codes);
        return new ReconstructionLoss(rows, space, codes, error, 2f / sums.batch());
    }

    /** x̂ − y [rows, d_out], in the place that the sums have for it: another reconstruction of the same rows overwrites it. */
    static NDArray error(StepAccumulator sums, BatchSlice rows, CodeSpace space, NDArray codes) {
        DictionaryParameters p = sums.parameters();
        NDArray error = sums.error(rows);
        if (p.has(Parameter.DECODER_BIAS)) {
            Aten.sub(p.decoderBias(), rows.target(), error);
        } else {
            Aten.copy_(error, rows.target());
            Aten.mul_(error, -1);
        }
        if (p.has(Parameter.SKIP)) {
            Aten.addmm(error, rows.x(), p.get(Parameter.SKIP).transpose(), error);
        }
        space.addDecoded(error, p.decoder(), codes);
        return error;
    }

    /** E‖x̂ − y‖², the part of these rows: a scalar. */
    NDArray squaredError(StepAccumulator sums) {
        return squares(error).div((float) sums.batch());
    }

    /** E‖x̂ − y‖, the part of these rows: a scalar. */
    NDArray meanNorm(StepAccumulator sums) {
        return Aten.rowNorms(error).sum().div((float) sums.batch());
    }

    /** ∂E‖x̂ − y‖²/∂c at the places. */
    NDArray codeGradient(DictionaryParameters p) {
        if (codeGradient == null) {
            codeGradient = space.codeGradient(p.decoder(), scaledError == null ? error : scaledError);
            if (scaledError == null) {
                Aten.mul_(codeGradient, factor);
            }
        }
        return codeGradient;
    }

    /** Adds the gradients of decoder, decoder bias and skip. */
    void addGradients(StepAccumulator sums) {
        DictionaryParameters p = sums.parameters();
        if (scaledError == null) {
            sums.byLatent(p.decoderParameter(), space, error, codes.mul(factor));
        } else {
            sums.byLatent(p.decoderParameter(), space, scaledError, codes);
        }
        sums.parallel(space, codes, codeGradient(p));
        addAffineGradients(sums, rows, error, factor);
    }

    /** Adds the gradients of decoder bias and skip, given {@code factor · rows}, that of x̂: [rows, d_out]. */
    static void addAffineGradients(StepAccumulator sums, BatchSlice rows, NDArray error, float factor) {
        if (sums.parameters().has(Parameter.DECODER_BIAS)) {
            sums.gradient(Parameter.DECODER_BIAS, error.sum(new int[] {0}).mul(factor));
        }
        if (sums.parameters().has(Parameter.SKIP)) {
            sums.gradient(Parameter.SKIP, error.transpose().matMul(rows.x()).mul(factor));
        }
    }

    /** The sum of all squares, without an array of them beyond the call: a scalar. */
    static NDArray squares(NDArray array) {
        return Aten.norm(array).square();
    }

    /** 1 where a condition holds, else 0. */
    static NDArray indicator(NDArray condition) {
        return condition.toType(DataType.FLOAT32, false);
    }
}
