package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;

/** The part of a dictionary that its dead latents make up, whose few products are dense. */
final class DeadSubDictionary {
    private final DictionaryParameters p;
    private final NDArray dead; // int64 [n_dead]
    private final NDArray pre; // [batch, n_dead] or null
    private final NDArray encoder; // [n_dead, d_in]
    private final NDArray bias; // [n_dead], of x
    private final NDArray decoder; // [n_dead, d_out]
    private final NDArray encoderGradient; // as the encoder
    private final NDArray biasGradient;
    private final NDArray decoderGradient;

    /**
     * Takes the part.
     *
     * @param p the dictionary
     * @param dead int64 [n_dead]
     * @param batch all rows
     * @param pre [batch, n_dead], their pre-activations, or null to compute them
     */
    DeadSubDictionary(DictionaryParameters p, NDArray dead, BatchSlice batch, NDArray pre) {
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

    /** Pre-activations of rows, not to be changed: [rows, n_dead]. */
    NDArray pre(BatchSlice rows) {
        return pre == null ? Aten.linear(rows.x(), encoder, bias) : rows.of(pre);
    }

    NDArray decoder() {
        return decoder;
    }

    /**
     * Takes note of the gradients of decoder and encoder.
     *
     * @param rows the rows
     * @param codes [rows, n_dead], what decoder rows were multiplied by
     * @param g [rows, d_out], the gradient of their sum
     * @param slope [rows, n_dead], the derivative of codes with respect to pre-activations; may be the codes
     */
    void addGradients(BatchSlice rows, NDArray codes, NDArray g, NDArray slope) {
        Aten.addmm(decoderGradient, codes.transpose(), g, decoderGradient);
        NDArray preGradient = g.matMul(decoder.transpose()); // [rows, n_dead]
        Aten.mul_(preGradient, slope);
        Aten.addmm(encoderGradient, preGradient.transpose(), rows.x(), encoderGradient);
        Aten.add_(biasGradient, preGradient.sum(new int[] {0}), 1);
    }

    /** Adds the gradients of all rows to those of the whole dictionary. */
    void addTo(StepAccumulator sums) {
        DictionaryParameters gradients = sums.gradients();
        Aten.indexAdd_(gradients.decoder(), 0, dead, decoderGradient);
        Aten.indexAdd_(gradients.encoder(), 0, dead, encoderGradient);
        Aten.indexAdd_(gradients.encoderBias(), 0, dead, biasGradient);
        sums.parallel(spread(decoderGradient.mul(decoder).sum(new int[] {1})));
        sums.productSum(spread(biasGradient));
    }

    private NDArray spread(NDArray ofDead) {
        NDArray all = p.encoderBias().zerosLike();
        Aten.indexAdd_(all, 0, dead, ofDead);
        return all;
    }
}
