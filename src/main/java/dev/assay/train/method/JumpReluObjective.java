package dev.assay.train.method;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.CodeSpace;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.ReconstructionLoss;
import dev.assay.train.spi.ScheduleStep;
import dev.assay.train.spi.Selector;
import dev.assay.train.spi.StepAccumulator;
import dev.assay.train.spi.StepLoss;
import dev.assay.train.spi.TrainedParameters;

/**
 * Loss of {@link JumpReluTraining}. Pre-activations below {@code θ − ε/2} contribute neither loss nor gradient, so only larger ones are
 * selected. Their values are stored as the excess over this bound: a latent is active if the excess is above ε/2, and the kernel {@code
 * rect((pre − θ)/ε)} is 1 if the excess is between 0 and ε.
 */
final class JumpReluObjective implements Objective {
    private final JumpReluTraining method;

    JumpReluObjective(JumpReluTraining method) {
        this.method = method;
    }

    @Override
    public StepLoss at(DictionaryParameters parameters, ScheduleStep step) {
        return new Step(method, parameters, step.sparsity());
    }

    private static NDArray thresholds(JumpReluTraining method, DictionaryParameters p) {
        NDArray stored = p.get(Parameter.THRESHOLD);
        return switch (method.threshold()) {
            case LOGARITHM -> stored.exp();
            case RAW -> Aten.clampMin(stored, 0);
            case RAW_UNBOUNDED -> stored;
        };
    }

    /** Loss of one step. */
    private static final class Step implements StepLoss {
        private final JumpReluTraining method;
        private final double sparsity; // the factor of the sparsity coefficient at this step
        private final NDArray thresholds; // θ [d_sae]
        private final NDArray bounds; // θ − ε/2 [d_sae]
        private final NDArray norms; // [d_sae], or null if no loss depends on them
        private final Selector selector;
        // Sums over slices, each [d_sae].
        private final NDArray kernelCodeGradient; // Σ rect · ∂loss/∂c
        private final NDArray kernelCounts; // Σ rect, of the step penalties
        private final NDArray normGradient; // of the tanh penalty
        private final NDArray codeSums; // Σ c, used only if codes can be negative

        Step(JumpReluTraining method, DictionaryParameters p, double sparsity) {
            this.method = method;
            this.sparsity = sparsity;
            this.thresholds = thresholds(method, p);
            this.bounds = Aten.add(thresholds, -method.bandwidth() / 2);
            boolean needsNorms = method.penalty() instanceof JumpReluPenalty.Tanh || method.deadCoefficient() > 0;
            this.norms = needsNorms ? p.decoderNorms() : null;
            this.selector = Selector.above(bounds);
            this.kernelCodeGradient = thresholds.zerosLike();
            this.kernelCounts = thresholds.zerosLike();
            this.normGradient = thresholds.zerosLike();
            this.codeSums = thresholds.zerosLike();
        }

        @Override
        public Selector selector() {
            return selector;
        }

        @Override
        public void add(BatchSlice rows, CodeSpace space, NDArray excess, StepAccumulator sums) {
            double jump = method.bandwidth() / 2;
            NDArray codes = space.codes(excess);
            Aten.add(excess, space.ofLatents(bounds), codes);
            Aten.keepWhereAbove_(codes, excess, jump);
            ReconstructionLoss reconstruction = ReconstructionLoss.of(sums, rows, space, codes);
            NDArray codeGradient = reconstruction.codeGradient();
            sums.losses().add(LossNames.SQUARED_ERROR, reconstruction.squaredError());
            reconstruction.addGradients(); // reads the gradient before the penalty is added
            NDArray kernel = space.scratch(excess);
            if (method.penalty() instanceof JumpReluPenalty.Tanh tanh) {
                Aten.add_(codeGradient, addTanh(tanh, space, codes, sums), 1);
            } else {
                Aten.between(excess, silentAsZero() ? jump : 0, method.bandwidth(), kernel);
                Aten.add_(kernelCounts, space.sumByLatent(kernel), 1);
            }
            Aten.whereBetween(codeGradient, excess, 0, method.bandwidth(), kernel);
            Aten.add_(kernelCodeGradient, space.sumByLatent(kernel), 1);
            Aten.keepWhereAbove_(codeGradient, excess, jump);
            sums.gradients().addPreActivations(space, rows, codeGradient);
            sums.countAbove(space, excess, jump);
            if (codesCanBeNegative()) {
                Aten.add_(codeSums, space.sumByLatent(codes), 1);
            }
        }

        /** {@inheritDoc} If codes can be negative, a latent counts as firing only if the sum of its codes over the batch is above 0. */
        @Override
        public NDArray fireCounts(StepAccumulator sums) {
            NDArray counts = sums.fireCounts();
            return codesCanBeNegative() ? counts.mul(Aten.positive(codeSums)) : counts;
        }

        private boolean codesCanBeNegative() {
            return method.threshold() == JumpReluTraining.Threshold.RAW_UNBOUNDED;
        }

        /** Adds λ · E Σ tanh(scale · c · n); returns its gradient with respect to the codes. */
        private NDArray addTanh(JumpReluPenalty.Tanh penalty, CodeSpace space, NDArray codes, StepAccumulator sums) {
            double factor = penalty.coefficient() * sparsity / sums.batchSize();
            NDArray n = space.ofLatents(norms);
            NDArray tanh = Aten.mul(codes.mul(n), penalty.scale()).tanh();
            NDArray slope = Aten.mul(Aten.add(tanh.square(), -1), -factor * penalty.scale()); // with respect to c · n
            sums.losses().add(LossNames.L0, Aten.mul(tanh.sum(), factor));
            Aten.add_(normGradient, space.sumByLatent(slope.mul(codes)), 1);
            return slope.mul(n);
        }

        @Override
        public void finish(BatchSlice batch, NDArray dead, StepAccumulator sums) {
            StepLoss.super.finish(batch, dead, sums);
            NDArray gradient =
                    Aten.mul(kernelCodeGradient.mul(thresholds), -1 / method.bandwidth()); // with respect to θ
            if (method.penalty() instanceof JumpReluPenalty.Tanh) {
                sums.gradients().addDecoderNorms(normGradient, norms);
            } else {
                double slope = addPenalty(sums);
                Aten.add_(gradient, kernelCounts(sums), -slope / (method.bandwidth() * sums.batchSize()));
            }
            sums.gradients().add(Parameter.THRESHOLD, gradient);
            if (dead.size() > 0 && method.deadCoefficient() > 0) {
                new DeadPreActivationLoss(method.deadCoefficient(), dead).addTo(sums, batch, thresholds, norms);
            }
            if (method.threshold().logarithm()) {
                Aten.mul_(gradient, thresholds);
            }
        }

        /** Returns the number of rows of each latent within the kernel of the step function: [d_sae]. */
        private NDArray kernelCounts(StepAccumulator sums) {
            if (!silentAsZero()) {
                return kernelCounts;
            }
            NDArray zeroInKernel =
                    ReconstructionLoss.indicator(Aten.lessThan(thresholds.abs(), (float) (method.bandwidth() / 2)));
            return kernelCounts.add(silentCounts(sums).mul(zeroInKernel));
        }

        private boolean silentAsZero() {
            return method.penalty() instanceof JumpReluPenalty.Target target && target.silentAsZero();
        }

        /** Returns the number of rows with an inactive latent: [d_sae]. */
        private static NDArray silentCounts(StepAccumulator sums) {
            return Aten.add(sums.fireCounts().neg(), (double) sums.batchSize());
        }

        /** Adds the penalty on L0; returns its derivative with respect to E L0. */
        private double addPenalty(StepAccumulator sums) {
            NDArray counts = sums.fireCounts();
            if (silentAsZero()) {
                counts = counts.add(
                        silentCounts(sums).mul(ReconstructionLoss.indicator(Aten.lessThan(thresholds, 0.0))));
            }
            NDArray l0 = Aten.div(counts.sum(), sums.batchSize());
            if (method.penalty() instanceof JumpReluPenalty.Step step) {
                double coefficient = step.coefficient() * sparsity;
                sums.losses().add(LossNames.L0, Aten.mul(l0, coefficient));
                return coefficient;
            }
            JumpReluPenalty.Target target = (JumpReluPenalty.Target) method.penalty();
            double coefficient = target.coefficient() * sparsity;
            NDArray deviation = Aten.add(Aten.div(l0, target.l0()), -1);
            sums.losses().add(LossNames.L0, Aten.mul(deviation.square(), coefficient));
            return 2 * coefficient * deviation.getFloat() / target.l0();
        }
    }

    @Override
    public TrainedParameters trained(DictionaryParameters parameters, double scale) {
        return TrainedParameters.jumpRelu(thresholds(method, parameters).div((float) scale));
    }
}
