package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Parameter;

/** The dead latents of a dictionary as a separate dictionary with dense products. */
final class DeadSubDictionary {
    private final DictionaryParameters p;
    private final NDArray dead; // int64 [n_dead]
    private final NDArray pre; // [batch, n_dead], or null if not precomputed
    private final NDArray encoder; // [n_dead, d_in]
    private final NDArray bias; // [n_dead], the bias of x · encoderᵀ
    private final NDArray decoder; // [n_dead, d_out]
    private final NDArray encoderGradient; // as the encoder
    private final NDArray biasGradient;
    private final NDArray decoderGradient;

    /**
     * Selects the latents; pre-activations are computed on demand.
     *
     * @param p the dictionary
     * @param dead int64 [n_dead]
     * @param batch the whole batch
     */
    static DeadSubDictionary of(DictionaryParameters p, NDArray dead, BatchSlice batch) {
        return new DeadSubDictionary(p, dead, batch, null);
    }

    /**
     * Selects the latents, with precomputed pre-activations.
     *
     * @param p the dictionary
     * @param dead int64 [n_dead]
     * @param batch the whole batch
     * @param pre [batch, n_dead], their pre-activations
     */
    static DeadSubDictionary of(DictionaryParameters p, NDArray dead, BatchSlice batch, NDArray pre) {
        return new DeadSubDictionary(p, dead, batch, pre);
    }

    private DeadSubDictionary(DictionaryParameters p, NDArray dead, BatchSlice batch, NDArray pre) {
        this.p = p;
        this.dead = dead;
        this.encoder = Aten.indexSelect(p.encoder(), 0, dead);
        this.pre = pre;
        this.bias = batch.bias(encoder, Aten.indexSelect(p.encoderBias(), 0, dead));
        this.decoder = Aten.indexSelect(p.decoder(), 0, dead);
        this.encoderGradient = encoder.zerosLike();
        this.biasGradient = bias.zerosLike();
        this.decoderGradient = decoder.zerosLike();
    }

    int size() {
        return (int) dead.size();
    }

    /** Returns the pre-activations of rows, [rows, n_dead]; they must not be changed. */
    NDArray pre(BatchSlice rows) {
        return pre == null ? Aten.linear(rows.x(), encoder, bias) : rows.of(pre);
    }

    NDArray decoder() {
        return decoder;
    }

    /**
     * Adds the gradients of decoder and encoder for some rows.
     *
     * @param rows the rows
     * @param codes [rows, n_dead], the coefficients of decoder rows
     * @param g [rows, d_out], the gradient with respect to the weighted sum of decoder rows
     * @param slope [rows, n_dead], the derivative of codes with respect to pre-activations; may be the same array as codes
     */
    void addGradients(BatchSlice rows, NDArray codes, NDArray g, NDArray slope) {
        Aten.addmm(decoderGradient, codes.transpose(), g, decoderGradient);
        NDArray preGradient = g.matMul(decoder.transpose()); // [rows, n_dead]
        Aten.mul_(preGradient, slope);
        Aten.addmm(encoderGradient, preGradient.transpose(), rows.x(), encoderGradient);
        Aten.add_(biasGradient, preGradient.sum(new int[] {0}), 1);
    }

    /** Adds the gradients to those of the whole dictionary. */
    void addTo(StepGradients gradients) {
        Aten.indexAdd_(gradients.get(p.decoderParameter()), 0, dead, decoderGradient);
        Aten.indexAdd_(gradients.get(Parameter.ENCODER), 0, dead, encoderGradient);
        Aten.indexAdd_(gradients.get(Parameter.ENCODER_BIAS), 0, dead, biasGradient);
        gradients.addDecoderDot(scatter(decoderGradient.mul(decoder).sum(new int[] {1})));
        gradients.addPreActivationSum(scatter(biasGradient));
    }

    private NDArray scatter(NDArray values) {
        NDArray all = p.encoderBias().zerosLike();
        Aten.indexAdd_(all, 0, dead, values);
        return all;
    }
}
