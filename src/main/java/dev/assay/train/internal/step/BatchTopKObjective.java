package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.train.plan.BatchTopKTraining;
import dev.assay.train.plan.Parameter;
import java.util.Map;

/** The loss of {@link BatchTopKTraining}, and the threshold that stands for it on single rows. */
final class BatchTopKObjective implements Objective {
    private final BatchTopKTraining method;
    private final int batch;
    private final RunningThreshold threshold;

    BatchTopKObjective(NDManager manager, BatchTopKTraining method, int batch) {
        this.method = method;
        this.batch = batch;
        this.threshold = new RunningThreshold(manager, method.threshold());
    }

    @Override
    public Selector selector(DictionaryParameters p, ScheduleStep moment) {
        NDArray norms = method.rescaleByDecoderNorm() ? p.decoderNorms() : null;
        return new BatchTopKSelector(moment.k(method.k()), batch, norms);
    }

    @Override
    public void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums, ScheduleStep moment) {
        TopKObjective.addRectified(rows, space, pre, sums);
        follow(space, pre, sums, moment);
    }

    /** Follows the smallest selected activation of the batch, in the units that latents are ranked by. */
    void follow(CodeSpace space, NDArray pre, StepAccumulator sums, ScheduleStep moment) {
        if (pre.size() == 0) {
            threshold.log(sums);
            return;
        }
        NDArray ranks = pre;
        if (method.rescaleByDecoderNorm()) {
            ranks = pre.mul(space.ofLatents(sums.parameters().decoderNorms()));
        }
        threshold.follow(ranks.min().getFloat(), moment, sums);
    }

    @Override
    public void finish(BatchSlice rows, NDArray dead, StepAccumulator sums, ScheduleStep moment) {
        sums.gradient(Parameter.ENCODER_BIAS, sums.productSum().duplicate());
    }

    @Override
    public Map<String, NDArray> state() {
        return threshold.state();
    }

    @Override
    public Trained trained(DictionaryParameters p, double scale) {
        return threshold.trained(p, method.rescaleByDecoderNorm(), scale);
    }

    @Override
    public void close() {
        threshold.close();
    }
}
