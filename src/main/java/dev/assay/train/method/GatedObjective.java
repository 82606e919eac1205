package dev.assay.train.method;

import ai.djl.ndarray.NDArray;
import dev.assay.sae.Gated;
import dev.assay.tensor.Aten;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.CodeSpace;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Gradients;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.ReconstructionLoss;
import dev.assay.train.spi.ScheduleStep;
import dev.assay.train.spi.Selector;
import dev.assay.train.spi.StepAccumulator;
import dev.assay.train.spi.StepLoss;
import dev.assay.train.spi.TrainedParameters;
import java.util.Map;

/**
 * Loss of {@link GatedTraining}. Both paths share the matrix product e; the pre-activations are those of the gate, {@code g = e + b_gate}.
 */
final class GatedObjective implements Objective {
    private final GatedTraining method;

    GatedObjective(GatedTraining method) {
        this.method = method;
    }

    @Override
    public StepLoss at(DictionaryParameters parameters, ScheduleStep step) {
        return new Step(method, parameters, step);
    }

    /** Loss of one step. */
    private static final class Step implements StepLoss {
        private final GatedTraining method;
        private final Selector selector = Selector.positive();
        private final double coefficient; // λ at this step
        private final NDArray norms; // [d_sae], or null if the penalty is not weighted
        private final NDArray scales; // [d_sae]: exp(r_mag)
        // Gradients summed over slices, each [d_sae].
        private final NDArray gateBiasGradient;
        private final NDArray magnitudeBiasGradient;
        private final NDArray magnitudeScaleGradient;
        private final NDArray normGradient; // null if the penalty is not weighted

        Step(GatedTraining method, DictionaryParameters p, ScheduleStep step) {
            this.method = method;
            this.coefficient = method.coefficient() * step.sparsity();
            this.norms = method.normWeighted() ? p.decoderNorms() : null;
            this.scales = p.get(Parameter.MAGNITUDE_SCALE).exp();
            this.gateBiasGradient = scales.zerosLike();
            this.magnitudeBiasGradient = scales.zerosLike();
            this.magnitudeScaleGradient = scales.zerosLike();
            this.normGradient = method.normWeighted() ? scales.zerosLike() : null;
        }

        @Override
        public Selector selector() {
            return selector;
        }

        @Override
        public void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums) {
            DictionaryParameters p = sums.parameters();
            NDArray open = Aten.positive(pre);
            NDArray gateGradient = addGate(rows, space, pre, open, sums);
            NDArray scale = space.ofLatents(scales);
            NDArray scaled = pre.sub(space.ofLatents(p.encoderBias())).mul(scale); // e · exp(r_mag)
            NDArray magnitude = scaled.add(space.ofLatents(p.get(Parameter.MAGNITUDE_BIAS)));
            NDArray active = open.mul(Aten.positive(magnitude));
            ReconstructionLoss main = ReconstructionLoss.of(sums, rows, space, magnitude.mul(active));

            NDArray magnitudeGradient = main.codeGradient().mul(active);
            sums.losses().add(LossNames.SQUARED_ERROR, main.squaredError());
            main.addGradients();
            sums.gradients()
                    .addPreActivations(space, rows, magnitudeGradient.mul(scale).add(gateGradient));
            Aten.add_(gateBiasGradient, space.sumByLatent(gateGradient), 1);
            Aten.add_(magnitudeBiasGradient, space.sumByLatent(magnitudeGradient), 1);
            Aten.add_(magnitudeScaleGradient, space.sumByLatent(magnitudeGradient.mul(scaled)), 1);
            sums.countActive(space, active);
        }

        /** Adds the losses of relu(g), the codes of the gate path; returns their gradient with respect to g at the selected entries. */
        private NDArray addGate(BatchSlice rows, CodeSpace space, NDArray pre, NDArray open, StepAccumulator sums) {
            try (NDArray gated = pre.mul(open)) { // closed early to free memory for the large arrays below
                ReconstructionLoss gateLoss = ReconstructionLoss.of(sums, rows, space, gated);
                sums.losses().add(LossNames.AUXILIARY, gateLoss.squaredError());
                try (NDArray reconstructionGradient = gateLoss.codeGradient();
                        NDArray penaltyGradient = addPenalty(space, gated, open, sums)) {
                    if (method.auxiliary() == GatedTraining.Auxiliary.ATTACHED) {
                        gateLoss.addGradients();
                    }
                    NDArray gradient = reconstructionGradient.mul(open);
                    Aten.add_(gradient, penaltyGradient, 1);
                    return gradient;
                }
            }
        }

        /** Adds λ · E Σ relu(g) · n; returns its gradient with respect to g at the selected entries. */
        private NDArray addPenalty(CodeSpace space, NDArray gated, NDArray open, StepAccumulator sums) {
            float factor = (float) (coefficient / sums.batchSize());
            NDArray n = norms == null ? null : space.ofLatents(norms);
            NDArray mean = Aten.div((n == null ? gated : gated.mul(n)).sum(), sums.batchSize());
            sums.losses().add(LossNames.L1, Aten.mul(mean, coefficient));
            sums.losses().log(LossNames.PENALTY, mean);
            if (n == null) {
                return Aten.mul(open, factor);
            }
            Aten.add_(normGradient, space.sumByLatent(gated).mul(factor), 1);
            return Aten.mul(open.mul(n), factor);
        }

        @Override
        public void finish(BatchSlice batch, NDArray dead, StepAccumulator sums) {
            Gradients gradients = sums.gradients();
            gradients.add(Parameter.ENCODER_BIAS, gateBiasGradient);
            gradients.add(Parameter.MAGNITUDE_BIAS, magnitudeBiasGradient);
            gradients.add(Parameter.MAGNITUDE_SCALE, magnitudeScaleGradient);
            if (norms != null) {
                gradients.addDecoderNorms(normGradient, norms);
            }
        }
    }

    @Override
    public TrainedParameters trained(DictionaryParameters parameters, double scale) {
        NDArray bias = parameters.get(Parameter.MAGNITUDE_BIAS).div((float) scale);
        return new TrainedParameters(
                new Gated(),
                Map.of(Gated.B_MAG, bias, Gated.R_MAG, parameters.get(Parameter.MAGNITUDE_SCALE)),
                method.normWeighted());
    }
}
