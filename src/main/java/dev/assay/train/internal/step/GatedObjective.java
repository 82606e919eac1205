package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.sae.Gated;
import dev.assay.tensor.Aten;
import dev.assay.train.plan.GatedTraining;
import dev.assay.train.plan.Parameter;
import java.util.Map;

/** The loss of {@link GatedTraining}. Both paths are affine in one product, which {@code pre} is but for the bias of the gate. */
final class GatedObjective implements Objective {
    private static final String OF_GATE = "gate";
    private static final String OF_MAGNITUDE_BIAS = "magnitude_bias";
    private static final String OF_MAGNITUDE_SCALE = "magnitude_scale";
    private static final String OF_NORMS = "norms";

    private final GatedTraining method;
    private NDArray norms; // [d_sae] of this step, or null where the penalty is not weighted
    private NDArray scales; // [d_sae] of this step: exp(r_mag)

    GatedObjective(GatedTraining method) {
        this.method = method;
    }

    @Override
    public Selector selector(DictionaryParameters p, ScheduleStep moment) {
        norms = method.normWeighted() ? p.decoderNorms() : null;
        scales = p.get(Parameter.MAGNITUDE_SCALE).exp();
        return new ThresholdSelector(null);
    }

    @Override
    public void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums, ScheduleStep moment) {
        DictionaryParameters p = sums.parameters();
        NDArray open = Aten.positive(pre);
        NDArray gateGradient = addGate(rows, space, pre, open, sums, moment);
        NDArray scale = space.ofLatents(scales);
        NDArray scaled = pre.sub(space.ofLatents(p.encoderBias())).mul(scale); // e · exp(r)
        NDArray magnitude = scaled.add(space.ofLatents(p.get(Parameter.MAGNITUDE_BIAS)));
        NDArray active = open.mul(Aten.positive(magnitude));
        ReconstructionLoss main = ReconstructionLoss.of(sums, rows, space, magnitude.mul(active));

        NDArray magnitudeGradient = main.codeGradient(p).mul(active);
        sums.loss(LossNames.SQUARED_ERROR, main.squaredError(sums));
        main.addGradients(sums);
        sums.encoderProduct(space, rows, magnitudeGradient.mul(scale).add(gateGradient));
        sums.perLatent(OF_GATE, space.sumByLatent(gateGradient));
        sums.perLatent(OF_MAGNITUDE_BIAS, space.sumByLatent(magnitudeGradient));
        sums.perLatent(OF_MAGNITUDE_SCALE, space.sumByLatent(magnitudeGradient.mul(scaled)));
        sums.active(space, active);
    }

    /** Adds the losses of relu(g), the codes of the gate alone; returns their gradient with respect to g at the places. */
    private NDArray addGate(
            BatchSlice rows, CodeSpace space, NDArray pre, NDArray open, StepAccumulator sums, ScheduleStep moment) {
        try (NDArray gated = pre.mul(open)) { // closed, or it would lie in the way of the large arrays to come
            ReconstructionLoss ofGate = ReconstructionLoss.of(sums, rows, space, gated);
            sums.loss(LossNames.AUXILIARY, ofGate.squaredError(sums));
            try (NDArray ofCodes = ofGate.codeGradient(sums.parameters());
                    NDArray ofPenalty = addPenalty(space, gated, open, sums, moment)) {
                if (method.auxiliary() == GatedTraining.Auxiliary.ATTACHED) {
                    ofGate.addGradients(sums);
                }
                NDArray gradient = ofCodes.mul(open);
                Aten.add_(gradient, ofPenalty, 1);
                return gradient;
            }
        }
    }

    /** Adds λ · E Σ relu(g) · n; returns its gradient with respect to g at the places. */
    private NDArray addPenalty(
            CodeSpace space, NDArray gated, NDArray open, StepAccumulator sums, ScheduleStep moment) {
        double coefficient = method.coefficient() * moment.sparsity();
        float factor = (float) (coefficient / sums.batch());
        NDArray n = norms == null ? null : space.ofLatents(norms);
        NDArray mean = (n == null ? gated : gated.mul(n)).sum().div((float) sums.batch());
        sums.loss(LossNames.L1, mean.mul((float) coefficient));
        sums.log(LossNames.PENALTY, mean);
        if (n == null) {
            return open.mul(factor);
        }
        sums.perLatent(OF_NORMS, space.sumByLatent(gated).mul(factor));
        return open.mul(n).mul(factor);
    }

    @Override
    public void finish(BatchSlice batch, NDArray dead, StepAccumulator sums, ScheduleStep moment) {
        sums.gradient(Parameter.ENCODER_BIAS, sums.perLatent(OF_GATE));
        sums.gradient(Parameter.MAGNITUDE_BIAS, sums.perLatent(OF_MAGNITUDE_BIAS));
        sums.gradient(Parameter.MAGNITUDE_SCALE, sums.perLatent(OF_MAGNITUDE_SCALE));
        if (norms != null) {
            sums.decoderNorms(sums.perLatent(OF_NORMS), norms);
        }
    }

    @Override
    public Trained trained(DictionaryParameters p, double scale) {
        NDArray bias = p.get(Parameter.MAGNITUDE_BIAS).div((float) scale);
        return new Trained(
                new Gated(), Map.of(Gated.B_MAG, bias, Gated.R_MAG, p.get(Parameter.MAGNITUDE_SCALE)), false);
    }
}
