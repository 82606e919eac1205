package dev.assay.train.plan;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Aten;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.GatedTraining;
import dev.assay.train.method.JumpReluPenalty;
import dev.assay.train.method.JumpReluTraining;
import dev.assay.train.method.MatryoshkaTraining;
import dev.assay.train.method.PAnnealingTraining;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.TrainingMethod;

/**
 * Dense implementation of the loss of every method for automatic differentiation by PyTorch. Jumps obtain their straight-through slopes
 * from detached factors.
 */
public final class TapeLoss {
    private final MethodCase c;
    private final DictionaryParameters p;
    private final NDArray x;
    private final NDArray y;
    private final NDArray dead; // [d_sae], 1 where dead

    public TapeLoss(NDManager manager, MethodCase c, DictionaryParameters p) {
        this.c = c;
        this.p = p;
        this.x = MethodCase.array(manager, c.x());
        this.y = MethodCase.array(manager, c.targetRows());
        float[] marks = new float[MethodCase.LATENTS];
        for (int latent : c.dead()) {
            marks[latent] = 1;
        }
        this.dead = manager.create(marks);
    }

    public NDArray loss() {
        NDArray s = c.centres() ? x.sub(p.decoderBias()) : x;
        NDArray pre = s.matMul(p.encoder().transpose()).add(p.encoderBias());
        TrainingMethod method = c.method();
        if (method instanceof TopKTraining topK) {
            NDArray ranks = ranks(pre, topK.architecture().rescaleByDecoderNorm());
            NDArray sorted = ranks.sort(1);
            int at = MethodCase.LATENTS - topK.architecture().k();
            return error(pre.maximum(0f).mul(mask(ranks.gte(sorted.get(":, " + at + ":" + (at + 1))))), false);
        }
        if (method instanceof BatchTopKTraining batch) {
            return error(selected(pre, batch), false);
        }
        if (method instanceof MatryoshkaTraining matryoshka) {
            NDArray codes = selected(pre, matryoshka.selection());
            NDArray latents = codes.getManager().arange(MethodCase.LATENTS).toType(DataType.FLOAT32, false);
            NDArray sum = null;
            for (int g = 0; g < matryoshka.widths().size(); g++) {
                NDArray prefix = codes.mul(mask(latents.lt(matryoshka.widths().get(g))));
                NDArray term =
                        Aten.mul(error(prefix, false), matryoshka.weights().get(g));
                sum = sum == null ? term : sum.add(term);
            }
            return sum;
        }
        if (method instanceof StandardTraining standard) {
            NDArray codes = pre.maximum(0f);
            NDArray sizes = standard.normWeighted() ? codes.mul(norms()) : codes;
            NDArray penalty = Aten.mul(lp(sizes, standard.p(), true), standard.coefficient());
            return error(codes, false).add(penalty);
        }
        if (method instanceof PAnnealingTraining annealing) {
            NDArray codes = pre.maximum(0f);
            NDArray penalty = lp(codes, annealing.pStart(), annealing.root());
            return error(codes, false).add(Aten.mul(penalty, annealing.coefficient()));
        }
        return method instanceof GatedTraining gated ? gated(pre, gated) : jump(pre, (JumpReluTraining) method);
    }

    private NDArray gated(NDArray pre, GatedTraining gated) {
        NDArray e = pre.sub(p.encoderBias());
        NDArray magnitude = e.mul(p.get(Parameter.MAGNITUDE_SCALE).exp()).add(p.get(Parameter.MAGNITUDE_BIAS));
        NDArray open = pre.maximum(0f);
        NDArray sizes = gated.normWeighted() ? open.mul(norms()) : open;
        boolean detached = gated.auxiliary() == GatedTraining.Auxiliary.DETACHED;
        return error(magnitude.maximum(0f).mul(mask(pre.gt(0))), false)
                .add(error(open, detached))
                .add(Aten.mul(mean(sizes), gated.coefficient()));
    }

    private NDArray jump(NDArray pre, JumpReluTraining jump) {
        NDArray stored = p.get(Parameter.THRESHOLD);
        NDArray theta = jump.threshold() == JumpReluTraining.Threshold.LOGARITHM ? stored.exp() : stored;
        NDArray start = theta.stopGradient();
        NDArray moved = theta.sub(start); // 0 in value
        float half = (float) (jump.bandwidth() / 2);
        float slope = (float) (-1 / jump.bandwidth());
        NDArray above = pre.stopGradient().sub(start);
        NDArray on = mask(above.gt(0));
        NDArray codes =
                pre.mul(on).add(Aten.mul(mask(above.abs().lt(half)).mul(start).mul(moved), slope));
        NDArray loss = error(codes, false);
        if (jump.penalty() instanceof JumpReluPenalty.Tanh tanh) {
            loss = loss.add(
                    Aten.mul(mean(Aten.mul(codes.mul(norms()), tanh.scale()).tanh()), tanh.coefficient()));
        } else {
            boolean silentAsZero = jump.penalty() instanceof JumpReluPenalty.Target target && target.silentAsZero();
            NDArray stepped = silentAsZero ? codes.stopGradient().sub(start) : above;
            NDArray steps = mask(stepped.gt(0))
                    .add(Aten.mul(mask(stepped.abs().lt(half)).mul(moved), slope));
            NDArray l0 = mean(steps);
            loss = loss.add(
                    jump.penalty() instanceof JumpReluPenalty.Target target
                            ? Aten.mul(Aten.div(l0, target.l0()).sub(1f).square(), target.coefficient())
                            : Aten.mul(l0, jump.penalty().coefficient()));
        }
        NDArray deficit = theta.sub(pre).maximum(0f).mul(dead).mul(norms());
        return loss.add(Aten.mul(mean(deficit), jump.deadCoefficient()));
    }

    private NDArray selected(NDArray pre, BatchTopKTraining batch) {
        NDArray ranks = ranks(pre, batch.rescaleByDecoderNorm());
        NDArray sorted = ranks.reshape(-1).sort(0);
        long at = sorted.size() - (long) (batch.k() * MethodCase.ROWS);
        return pre.maximum(0f).mul(mask(ranks.gte(sorted.get(at + ":" + (at + 1)))));
    }

    private NDArray ranks(NDArray pre, boolean rescaled) {
        return (rescaled ? pre.mul(norms()) : pre).stopGradient();
    }

    private NDArray norms() {
        return p.decoder().square().sum(new int[] {1}).sqrt();
    }

    private static NDArray mask(NDArray condition) {
        return condition.toType(DataType.FLOAT32, false);
    }

    /** Returns the mean over rows of the row sums. */
    private static NDArray mean(NDArray values) {
        return Aten.div(values.sum(), MethodCase.ROWS);
    }

    private static NDArray lp(NDArray sizes, double exponent, boolean root) {
        // Excludes sizes of 0 from differentiation.
        NDArray active = mask(sizes.stopGradient().gt(0));
        NDArray powers = Aten.pow(sizes.add(active.sub(1f).neg()), exponent).mul(active);
        return root ? mean(Aten.pow(powers.sum(new int[] {1}), 1 / exponent)) : mean(powers);
    }

    private NDArray error(NDArray codes, boolean detached) {
        NDArray decoded = codes.matMul(detached ? p.decoder().stopGradient() : p.decoder());
        if (p.has(Parameter.DECODER_BIAS)) {
            decoded = decoded.add(detached ? p.decoderBias().stopGradient() : p.decoderBias());
        }
        if (p.has(Parameter.SKIP)) {
            NDArray skip = p.get(Parameter.SKIP);
            decoded = decoded.add(x.matMul((detached ? skip.stopGradient() : skip).transpose()));
        }
        return mean(decoded.sub(y).square());
    }
}
