package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.sae.Standard;
import dev.assay.train.plan.StandardTraining;

/** The loss of {@link StandardTraining}. */
final class StandardObjective implements Objective {
    private final StandardTraining method;
    private final LpPenalty penalty;
    private RectifiedLoss loss; // of this step

    StandardObjective(StandardTraining method) {
        this.method = method;
        this.penalty = new LpPenalty(method.p(), true);
    }

    @Override
    public Selector selector(DictionaryParameters p, ScheduleStep moment) {
        loss = new RectifiedLoss(p, method.normWeighted());
        return new ThresholdSelector(null);
    }

    @Override
    public void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums, ScheduleStep moment) {
        loss.add(rows, space, pre, sums, penalty, method.coefficient() * moment.sparsity());
    }

    @Override
    public void finish(BatchSlice batch, NDArray dead, StepAccumulator sums, ScheduleStep moment) {
        loss.finish(sums);
    }

    @Override
    public Trained trained(DictionaryParameters p, double scale) {
        return Trained.of(new Standard());
    }
}
