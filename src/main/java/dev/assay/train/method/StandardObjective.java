package dev.assay.train.method;

import dev.assay.sae.Standard;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ScheduleStep;
import dev.assay.train.spi.StepLoss;
import dev.assay.train.spi.TrainedParameters;

/** Loss of {@link StandardTraining}. */
final class StandardObjective implements Objective {
    private final StandardTraining method;
    private final LpPenalty penalty;

    StandardObjective(StandardTraining method) {
        this.method = method;
        this.penalty = new LpPenalty(method.p(), true);
    }

    @Override
    public StepLoss at(DictionaryParameters parameters, ScheduleStep step) {
        double coefficient = method.coefficient() * step.sparsity();
        return new RectifiedLoss(parameters, penalty, coefficient, method.normWeighted());
    }

    @Override
    public TrainedParameters trained(DictionaryParameters parameters, double scale) {
        TrainedParameters trained = TrainedParameters.of(new Standard());
        return method.normWeighted() ? trained.foldingDecoderNorms() : trained;
    }
}
