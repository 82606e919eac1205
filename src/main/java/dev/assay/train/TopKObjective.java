package dev.assay.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.RowTopK;
import dev.assay.sae.TopK;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * TopK (arXiv 2406.04093, eq. 5): {@code loss = E‖x̂ − x‖² + auxiliary loss}, squared norms summed over dimensions, with
 *
 * <pre>
 * s   = x − b_dec                      (or x)
 * pre = s · W_encᵀ + b_enc
 * c   = relu(the k largest pre of each row)
 * x̂   = c · W_dec + b_dec
 * </pre>
 *
 * <p>When the architecture rescales by decoder norms, the k are chosen by {@code pre · ‖W_dec‖}; values and gradients are as above.
 */
final class TopKObjective implements Objective {
    private final TopK architecture;
    private final boolean centresInput;
    private final AuxiliaryLoss auxiliary;
    private final int batch;

    // The two large arrays of a step are made once: a fresh one would cost a page fault every 4 KiB.
    private final NDArray centred; // [batch, d_in]
    private final NDArray scores; // [batch, d_sae]
    private final SparseEngine.RowLayout layout;

    TopKObjective(
            NDManager manager,
            TopK architecture,
            boolean centresInput,
            AuxiliaryLoss auxiliary,
            Shape shape,
            int dSae) {
        this.architecture = architecture;
        this.centresInput = centresInput;
        this.auxiliary = auxiliary;
        this.batch = (int) shape.get(0);
        this.centred = Scope.outside(() -> manager.zeros(shape));
        this.scores = Scope.outside(() -> manager.zeros(new Shape(batch, dSae)));
        this.layout = SparseEngine.RowLayout.of(manager, batch, architecture.k());
    }

    @Override
    public Outcome evaluate(DictionaryParameters p, NDArray x, DeadLatents deadLatents) {
        int dSae = p.dSae();
        NDArray s = x;
        if (centresInput) {
            Aten.sub(x, p.decoderBias(), centred);
            s = centred;
        }
        Aten.addmm(p.encoderBias(), s, p.encoder().transpose(), scores);
        NDArray norms = null; // [1, d_sae]
        if (architecture.rescaleByDecoderNorm()) {
            norms = Aten.rowNorms(p.decoder()).reshape(1, dSae);
            scores.muli(norms);
        }

        Aten.Selection top = RowTopK.select(scores, architecture.k());
        SparseEngine engine = new SparseEngine(top.indices(), layout, dSae);
        NDArray codes = top.values().reshape(-1); // [m]
        if (norms != null) {
            codes = codes.div(
                    Aten.indexSelect(norms.reshape(-1), 0, top.indices().reshape(-1)));
        }
        NDArray active = codes.gt(0).toType(DataType.FLOAT32, false); // [m]
        codes = codes.mul(active);

        NDArray error = engine.decode(p.decoder(), codes); // [batch, d_in]: x̂ − x
        Aten.add_(error, p.decoderBias(), 1);
        Aten.add_(error, x, -1);
        NDArray squaredError = error.square().sum().div((float) batch);
        NDArray g = error.mul(2f / batch); // ∂loss/∂x̂

        NDArray codeGradient = engine.codeGradient(p.decoder(), g); // [m]
        NDArray preGradient = codeGradient.mul(active); // [m]
        NDArray decoderGradient = engine.byLatent(g, codes); // [d_sae, d_in]
        NDArray encoderGradient = engine.byLatent(s, preGradient); // [d_sae, d_in]
        NDArray encoderBiasGradient = engine.sumByLatent(preGradient); // [d_sae]
        NDArray decoderBiasGradient = g.sum(new int[] {0}); // [d_in]
        // ⟨∂W_l, W_l⟩ = Σ c · ⟨g, W_l⟩ over the entries of l, which are at hand already.
        NDArray parallel = engine.sumByLatent(codes.mul(codeGradient)); // [d_sae]

        NDArray fired = engine.sumByLatent(active);
        NDArray l0 = active.sum().div((float) batch);
        NDArray auxiliaryLoss = squaredError.zerosLike();
        NDArray dead = deadLatents.observe(fired, batch);
        if (dead != null && auxiliary.coefficient() > 0) {
            auxiliaryLoss = new Auxiliary(p, s, error, norms, dead)
                    .addTo(decoderGradient, encoderGradient, encoderBiasGradient, decoderBiasGradient, parallel);
        }
        if (centresInput) {
            // s depends on b_dec: ∂b_dec −= Σ_rows ∂pre · W_enc, and the sum over rows of ∂pre is ∂b_enc.
            decoderBiasGradient = Aten.addmv(decoderBiasGradient, p.encoder().transpose(), encoderBiasGradient, -1);
        }
        return new Outcome(
                new DictionaryParameters(encoderGradient, encoderBiasGradient, decoderGradient, decoderBiasGradient),
                parallel,
                NDArrays.stack(new NDList(squaredError, auxiliaryLoss, l0)));
    }

    /** The loss of {@link AuxiliaryLoss} on the sub-dictionary of dead latents, whose few products are dense. */
    private final class Auxiliary {
        private final DictionaryParameters p;
        private final NDArray s;
        private final NDArray error;
        private final NDArray dead;
        private final NDArray scores; // [batch, n_dead]
        private final NDArray norms; // [1, n_dead] or null

        Auxiliary(DictionaryParameters p, NDArray s, NDArray error, NDArray norms, NDArray dead) {
            this.p = p;
            this.s = s;
            this.error = error;
            this.dead = dead;
            this.scores = Aten.indexSelect(TopKObjective.this.scores, 1, dead);
            this.norms = norms == null ? null : Aten.indexSelect(norms, 1, dead);
        }

        NDArray addTo(
                NDArray decoderGradient,
                NDArray encoderGradient,
                NDArray encoderBiasGradient,
                NDArray decoderBiasGradient,
                NDArray parallel) {
            boolean scaled = auxiliary.convention() == AuxiliaryLoss.Convention.SCALED;
            NDArray selected = selection(!scaled); // [batch, n_dead], 1 where a dead latent takes part
            NDArray codes = scores.mul(selected);
            if (norms != null) {
                codes.divi(norms);
            }
            NDArray decoder = Aten.indexSelect(p.decoder(), 0, dead); // [n_dead, d_in]
            NDArray miss = codes.matMul(decoder).addi(error); // r̂ − r with r = −error
            if (scaled) {
                miss.addi(p.decoderBias());
            }
            NDArray weight = weight(scaled);
            NDArray g = miss.mul(weight).muli(2f / batch); // ∂loss/∂r̂

            NDArray codeGradient = g.matMul(decoder.transpose()).muli(selected); // [batch, n_dead]
            Aten.indexAdd_(decoderGradient, 0, dead, codes.transpose().matMul(g));
            Aten.indexAdd_(encoderGradient, 0, dead, codeGradient.transpose().matMul(s));
            Aten.indexAdd_(encoderBiasGradient, 0, dead, codeGradient.sum(new int[] {0}));
            Aten.indexAdd_(parallel, 0, dead, codes.mul(codeGradient).sum(new int[] {0}));
            if (scaled) {
                decoderBiasGradient.addi(g.sum(new int[] {0}));
            }
            return miss.square().sum().div((float) batch).mul(weight);
        }

        private NDArray selection(boolean positiveOnly) {
            int count = AuxiliaryLoss.latentsPerRow(p.dIn(), (int) dead.size());
            NDArray selected = scores.onesLike();
            if (count < dead.size()) {
                Aten.Selection top = Aten.topK(scores, count);
                selected = Aten.scatter(
                        scores.zerosLike(), 1, top.indices(), top.values().onesLike());
            }
            return positiveOnly ? selected.mul(scores.gt(0).toType(DataType.FLOAT32, false)) : selected;
        }

        /** The factor of E‖r − r̂‖², a scalar array. */
        private NDArray weight(boolean scaled) {
            if (scaled) {
                double share = Math.min((double) dead.size() / Math.max(p.dIn() / 2, 1), 1);
                return error.getManager().create((float) (auxiliary.coefficient() * share));
            }
            NDArray centredError = error.sub(error.mean(new int[] {0}));
            NDArray variance = centredError.square().sum().div((float) batch);
            // A residual without variance leaves nothing to explain: the loss is 0 then, not NaN.
            return variance.gt(0)
                    .toType(DataType.FLOAT32, false)
                    .mul((float) auxiliary.coefficient())
                    .div(variance.maximum(Float.MIN_NORMAL));
        }
    }

    @Override
    public void close() {
        centred.close();
        scores.close();
        layout.close();
    }
}
