package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.train.plan.JumpReluPenalty;
import dev.assay.train.plan.JumpReluTraining;
import dev.assay.train.plan.Parameter;

/**
 * The loss of {@link JumpReluTraining}. What lies below the lower end of the window around its threshold neither counts nor teaches, so
 * that the places are those above it, and what a place has is its pre-activation less that end: half a bandwidth more is the threshold.
 */
final class JumpReluObjective implements Objective {
    private static final String OF_JUMP = "jump";
    private static final String OF_STEP = "step";
    private static final String OF_NORMS = "norms";
    private static final String OF_CODES = "codes";

    private final JumpReluTraining method;
    private NDArray thresholds; // [d_sae] of this step
    private NDArray lowerEnds; // [d_sae] of this step
    private NDArray norms; // [d_sae] of this step, null where no loss counts them

    JumpReluObjective(JumpReluTraining method) {
        this.method = method;
    }

    @Override
    public Selector selector(DictionaryParameters p, ScheduleStep moment) {
        thresholds = thresholds(p);
        boolean needed = method.penalty() instanceof JumpReluPenalty.Tanh || method.deadCoefficient() > 0;
        norms = needed ? p.decoderNorms() : null;
        lowerEnds = thresholds.sub((float) (method.bandwidth() / 2));
        return new ThresholdSelector(lowerEnds);
    }

    private NDArray thresholds(DictionaryParameters p) {
        NDArray stored = p.get(Parameter.THRESHOLD);
        switch (method.threshold()) {
            case LOGARITHM:
                return stored.exp();
            case RAW:
                return stored.maximum(0f);
            default:
                return stored;
        }
    }

    @Override
    public void add(BatchSlice rows, CodeSpace space, NDArray excess, StepAccumulator sums, ScheduleStep moment) {
        double jump = method.bandwidth() / 2;
        NDArray codes = space.codes(excess);
        Aten.add(excess, space.ofLatents(lowerEnds), codes);
        Aten.keepWhereAbove_(codes, excess, jump);
        ReconstructionLoss reconstruction = ReconstructionLoss.of(sums, rows, space, codes);
        NDArray codeGradient = reconstruction.codeGradient(sums.parameters());
        sums.loss(LossNames.SQUARED_ERROR, reconstruction.squaredError(sums));
        reconstruction.addGradients(sums); // needs the gradient as it is
        NDArray ofWindow = space.scratch(excess);
        if (method.penalty() instanceof JumpReluPenalty.Tanh tanh) {
            Aten.add_(codeGradient, addTanh(tanh, space, codes, sums, moment), 1);
        } else {
            Aten.between(excess, silentAsZero() ? jump : 0, method.bandwidth(), ofWindow);
            sums.perLatent(OF_STEP, space.sumByLatent(ofWindow));
        }
        Aten.whereBetween(codeGradient, excess, 0, method.bandwidth(), ofWindow);
        sums.perLatent(OF_JUMP, space.sumByLatent(ofWindow));
        Aten.keepWhereAbove_(codeGradient, excess, jump);
        sums.encoderProduct(space, rows, codeGradient);
        sums.activeWhereAbove(space, excess, jump);
        if (mayBeNegative()) {
            sums.perLatent(OF_CODES, space.sumByLatent(codes));
        }
    }

    /** {@inheritDoc} Where codes may be negative, a latent fires when its codes of the batch add up to more than 0. */
    @Override
    public NDArray fired(StepAccumulator sums) {
        NDArray counts = sums.fired();
        return mayBeNegative() ? counts.mul(Aten.positive(sums.perLatent(OF_CODES))) : counts;
    }

    private boolean mayBeNegative() {
        return method.threshold() == JumpReluTraining.Threshold.RAW_UNBOUNDED;
    }

    /** Adds λ · E Σ tanh(scale · c · n); returns its gradient with respect to the codes. */
    private NDArray addTanh(
            JumpReluPenalty.Tanh penalty, CodeSpace space, NDArray codes, StepAccumulator sums, ScheduleStep moment) {
        double factor = penalty.coefficient() * moment.sparsity() / sums.batch();
        NDArray n = space.ofLatents(norms);
        NDArray tanh = codes.mul(n).mul((float) penalty.scale()).tanh();
        NDArray slope = tanh.square().sub(1f).mul((float) (-factor * penalty.scale())); // of c · n
        sums.loss(LossNames.L0, tanh.sum().mul((float) factor));
        sums.perLatent(OF_NORMS, space.sumByLatent(slope.mul(codes)));
        return slope.mul(n);
    }

    @Override
    public void finish(BatchSlice batch, NDArray dead, StepAccumulator sums, ScheduleStep moment) {
        sums.gradient(Parameter.ENCODER_BIAS, sums.productSum().duplicate());
        NDArray gradient =
                sums.perLatent(OF_JUMP).mul(thresholds).mul((float) (-1 / method.bandwidth())); // with respect to θ
        if (method.penalty() instanceof JumpReluPenalty.Tanh) {
            sums.decoderNorms(sums.perLatent(OF_NORMS), norms);
        } else {
            Aten.add_(gradient, ofSteps(sums), -penaltySlope(sums, moment) / (method.bandwidth() * sums.batch()));
        }
        sums.gradient(Parameter.THRESHOLD, gradient);
        if (dead != null && method.deadCoefficient() > 0) {
            new DeadPreActivationLoss(method.deadCoefficient(), dead).addTo(sums, batch, thresholds, norms);
        }
        if (method.threshold().logarithm()) {
            Aten.mul_(gradient, thresholds);
        }
    }

    /** How many rows of each latent are within the window of the step. */
    private NDArray ofSteps(StepAccumulator sums) {
        NDArray found = sums.perLatent(OF_STEP);
        if (!silentAsZero()) {
            return found;
        }
        NDArray zeroIsWithin = ReconstructionLoss.indicator(thresholds.abs().lt((float) (method.bandwidth() / 2)));
        return found.add(silent(sums).mul(zeroIsWithin));
    }

    private boolean silentAsZero() {
        return method.penalty() instanceof JumpReluPenalty.Target target && target.silentAsZero();
    }

    /** In how many rows each latent is off: [d_sae]. */
    private static NDArray silent(StepAccumulator sums) {
        return sums.fired().neg().add((float) sums.batch());
    }

    /** Adds the penalty that counts; returns its derivative with respect to E L0. */
    private double penaltySlope(StepAccumulator sums, ScheduleStep moment) {
        NDArray counts = sums.fired();
        if (silentAsZero()) {
            counts = counts.add(silent(sums).mul(ReconstructionLoss.indicator(thresholds.lt(0))));
        }
        NDArray l0 = counts.sum().div((float) sums.batch());
        if (method.penalty() instanceof JumpReluPenalty.Step step) {
            double coefficient = step.coefficient() * moment.sparsity();
            sums.loss(LossNames.L0, l0.mul((float) coefficient));
            return coefficient;
        }
        JumpReluPenalty.Target target = (JumpReluPenalty.Target) method.penalty();
        double coefficient = target.coefficient() * moment.sparsity();
        NDArray miss = l0.div((float) target.l0()).sub(1f);
        sums.loss(LossNames.L0, miss.square().mul((float) coefficient));
        return 2 * coefficient * miss.getFloat() / target.l0();
    }

    @Override
    public Trained trained(DictionaryParameters p, double scale) {
        return Trained.jumpRelu(thresholds(p).div((float) scale));
    }
}
