package dev.assay.train;

import ai.djl.ndarray.NDArray;
import dev.assay.sae.Standard;

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
    public Selector selector(DictionaryParameters p, Moment moment) {
        loss = new RectifiedLoss(p, method.normWeighted());
        return new AboveBound(null);
    }

    @Override
    public void add(Rows rows, CodeSpace space, NDArray pre, StepSums sums, Moment moment) {
        loss.add(rows, space, pre, sums, penalty, method.coefficient() * moment.sparsity());
    }

    @Override
    public void finish(Rows batch, NDArray dead, StepSums sums, Moment moment) {
        loss.finish(sums);
    }

    @Override
    public Trained trained(DictionaryParameters p, double scale) {
        return Trained.of(new Standard());
    }
}
