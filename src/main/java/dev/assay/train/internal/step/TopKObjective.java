package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.tensor.Aten;
import dev.assay.train.plan.Parameter;
import dev.assay.train.plan.TopKTraining;
import java.util.Map;

/** The loss of {@link TopKTraining}. */
final class TopKObjective implements Objective {
    private static final String SMALLEST = "smallest_code";

    private final TopKTraining method;
    private final RunningThreshold threshold; // null where there is none

    TopKObjective(NDManager manager, TopKTraining method) {
        this.method = method;
        this.threshold = method.threshold() == null ? null : new RunningThreshold(manager, method.threshold());
    }

    @Override
    public Selector selector(DictionaryParameters p, ScheduleStep moment) {
        boolean rescaled = method.architecture().rescaleByDecoderNorm();
        return new TopKSelector((int) moment.k(method.architecture().k()), rescaled ? p.decoderNorms() : null);
    }

    @Override
    public void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums, ScheduleStep moment) {
        addRectified(rows, space, pre, sums);
        if (threshold != null) {
            boolean rescaled = method.architecture().rescaleByDecoderNorm();
            NDArray ranks = rescaled ? pre.mul(space.ofLatents(sums.parameters().decoderNorms())) : pre;
            // Selected entries are k a row; of a dense piece, what was not selected is 0.
            NDArray off = ReconstructionLoss.indicator(ranks.lte(0)).mul(Float.MAX_VALUE);
            NDArray smallest = ranks.add(off).reshape(rows.size(), -1).min(new int[] {1});
            sums.log(SMALLEST, smallest.sum().div((float) sums.batch()));
        }
    }

    /** {@code c = relu(pre)}, in the place of pre, and the squared error. */
    static void addRectified(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums) {
        Aten.relu_(pre);
        NDArray codes = pre;
        ReconstructionLoss reconstruction = ReconstructionLoss.of(sums, rows, space, codes);
        NDArray codeGradient = reconstruction.codeGradient(sums.parameters());
        sums.loss(LossNames.SQUARED_ERROR, reconstruction.squaredError(sums));
        reconstruction.addGradients(sums); // needs the gradient as it is
        Aten.keepWhereAbove_(codeGradient, codes, 0);
        sums.encoderProduct(space, rows, codeGradient);
        sums.activeWherePositive(space, codes);
    }

    @Override
    public void finish(BatchSlice batch, NDArray dead, StepAccumulator sums, ScheduleStep moment) {
        sums.gradient(Parameter.ENCODER_BIAS, sums.productSum().duplicate());
        if (threshold != null) {
            threshold.follow(sums.logged(SMALLEST).getFloat(), moment, sums);
        }
    }

    @Override
    public Map<String, NDArray> state() {
        return threshold == null ? Map.of() : threshold.state();
    }

    @Override
    public Trained trained(DictionaryParameters p, double scale) {
        boolean rescaled = method.architecture().rescaleByDecoderNorm();
        Trained trained = threshold == null ? Trained.of(method.architecture()) : threshold.trained(p, rescaled, scale);
        return rescaled ? trained.foldingNorms() : trained;
    }

    @Override
    public void close() {
        if (threshold != null) {
            threshold.close();
        }
    }
}
