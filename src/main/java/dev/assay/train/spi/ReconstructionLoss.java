package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Aten;

/**
 * The squared error of a reconstruction with its gradients: {@code x̂ = c · W_dec + b_dec} (for a skip transcoder
 * {@code + x · W_skipᵀ}) and {@code E‖x̂ − y‖²}, summed over dimensions.
 */
public final class ReconstructionLoss {
    private final StepAccumulator sums;
    private final BatchSlice rows;
    private final CodeSpace space;
    private final NDArray codes;
    private final NDArray error; // [rows, d_out]: x̂ − y
    private final float factor; // ∂E‖x̂ − y‖²/∂x̂ = factor · error
    private final NDArray scaledError; // factor · error where that is smaller than the codes, else null
    private NDArray codeGradient; // computed on first use

    private ReconstructionLoss(StepAccumulator sums, BatchSlice rows, CodeSpace space, NDArray codes) {
        this.sums = sums;
        this.rows = rows;
        this.space = space;
        this.codes = codes;
        this.error = error(sums, rows, space, codes);
        this.factor = 2f / sums.batchSize();
        this.scaledError = codes.size() > error.size() ? Aten.mul(error, factor) : null;
    }

    /**
     * Reconstructs a slice. The error is written to {@link StepAccumulator#error}, where another reconstruction of the same rows overwrites
     * it.
     *
     * @param sums the sums of the step, unchanged apart from the error
     * @param rows the slice
     * @param space the entries of the codes
     * @param codes c at the entries
     * @return the loss
     */
    public static ReconstructionLoss of(StepAccumulator sums, BatchSlice rows, CodeSpace space, NDArray codes) {
        return new ReconstructionLoss(sums, rows, space, codes);
    }

    /**
     * Computes the error alone.
     *
     * @param sums the sums of the step, unchanged apart from the error
     * @param rows the slice
     * @param space the entries of the codes
     * @param codes c at the entries
     * @return x̂ − y [rows, d_out], the array of {@link StepAccumulator#error}
     */
    public static NDArray error(StepAccumulator sums, BatchSlice rows, CodeSpace space, NDArray codes) {
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

    /**
     * Returns the contribution of the slice to E‖x̂ − y‖².
     *
     * @return a scalar
     */
    public NDArray squaredError() {
        return Aten.div(sumOfSquares(error), sums.batchSize());
    }

    /**
     * Returns the contribution of the slice to E‖x̂ − y‖.
     *
     * @return a scalar
     */
    public NDArray meanNorm() {
        return Aten.div(Aten.rowNorms(error).sum(), sums.batchSize());
    }

    /**
     * Returns ∂E‖x̂ − y‖²/∂c.
     *
     * @return at the entries; the same array on every call
     */
    public NDArray codeGradient() {
        if (codeGradient == null) {
            codeGradient = space.codeGradient(sums.parameters().decoder(), scaledError == null ? error : scaledError);
            if (scaledError == null) {
                Aten.mul_(codeGradient, factor);
            }
        }
        return codeGradient;
    }

    /** Adds the gradients of decoder, decoder bias and skip. It reads {@link #codeGradient}, which must be unchanged until then. */
    public void addGradients() {
        Gradients gradients = sums.gradients();
        Parameter decoder = sums.parameters().decoderParameter();
        if (scaledError == null) {
            gradients.addByLatent(decoder, space, error, Aten.mul(codes, factor));
        } else {
            gradients.addByLatent(decoder, space, scaledError, codes);
        }
        gradients.addDecoderDot(space, codes, codeGradient());
        addAffineGradients(sums, rows, error, factor);
    }

    /**
     * Adds the gradients of decoder bias and skip, where the dictionary has them.
     *
     * @param sums the sums of the step
     * @param rows the slice
     * @param error [rows, d_out]
     * @param factor the gradient of x̂ over the error
     */
    public static void addAffineGradients(StepAccumulator sums, BatchSlice rows, NDArray error, float factor) {
        if (sums.parameters().has(Parameter.DECODER_BIAS)) {
            sums.gradients().add(Parameter.DECODER_BIAS, Aten.mul(error.sum(new int[] {0}), factor));
        }
        if (sums.parameters().has(Parameter.SKIP)) {
            sums.gradients().add(Parameter.SKIP, Aten.mul(error.transpose().matMul(rows.x()), factor));
        }
    }

    /**
     * Returns the sum of the squares of all entries, without an array of squares.
     *
     * @param array of any shape
     * @return a scalar
     */
    public static NDArray sumOfSquares(NDArray array) {
        return Aten.norm(array).square();
    }

    /**
     * Converts a condition to numbers.
     *
     * @param condition boolean
     * @return float32, 1 where the condition holds, else 0
     */
    public static NDArray indicator(NDArray condition) {
        return condition.toType(DataType.FLOAT32, false);
    }
}
