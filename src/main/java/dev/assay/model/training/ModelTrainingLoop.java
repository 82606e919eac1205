package dev.assay.model.training;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** Trains the weights of a model in place. */
final class ModelTrainingLoop {
    private final HookedTransformer model;
    private final AdamW.Options optimizer;
    private final WarmupCosine schedule;
    private final TrainingLoss loss;
    private final int batch;
    private final int validationEvery;
    private final List<TokenRows> validation;
    private final Consumer<ModelTrainingProgress> listener;

    /** Creates a loop; {@code validation} may be empty. */
    ModelTrainingLoop(
            HookedTransformer model,
            AdamW.Options optimizer,
            WarmupCosine schedule,
            List<WeightedTerm> terms,
            int batch,
            int validationEvery,
            List<TokenRows> validation,
            Consumer<ModelTrainingProgress> listener) {
        this.model = model;
        this.optimizer = optimizer;
        this.schedule = schedule;
        this.loss = new TrainingLoss(model, terms);
        this.batch = batch;
        this.validationEvery = validationEvery;
        this.validation = validation;
        this.listener = listener;
    }

    void run(TokenRowStream data) throws IOException {
        Collection<NDArray> parameters = model.parameters().values();
        parameters.forEach(parameter -> parameter.setRequiresGradient(true));
        long start = System.nanoTime();
        long seen = 0;
        int steps = schedule.steps();
        try (AdamW adam = new AdamW(parameters, optimizer, model.manager())) {
            for (int step = 1; step <= steps; step++) {
                double rate = schedule.at(step);
                TokenRows rows = data.next(batch);
                TrainingLoss.Values values = step(adam, rows, step, rate);
                boolean measured = step % validationEvery == 0 || step == steps;
                double held = measured ? validationLoss() : Double.NaN;
                seen += rows.ids().length;
                double seconds = (System.nanoTime() - start) / 1e9;
                listener.accept(new ModelTrainingProgress(
                        step, steps, seen, values.nextToken(), held, rate, seconds, values.terms()));
            }
        } finally {
            parameters.forEach(parameter -> parameter.setRequiresGradient(false));
        }
    }

    private TrainingLoss.Values step(AdamW adam, TokenRows rows, int step, double rate) {
        try (Scope scope = Scope.open()) {
            TrainingLoss.Values values = loss.backward(rows);
            if (!Double.isFinite(values.total())) {
                throw new InvalidInputException("the training loss is " + values.total() + " at step " + step
                        + " with learning rate " + rate + ", expected a number: try a lower learning rate");
            }
            adam.step(step, rate);
            return values;
        }
    }

    /** Returns the weighted mean loss over the validation rows; NaN without validation rows. */
    private double validationLoss() {
        double sum = 0;
        double weights = 0;
        try (Autograd off = Autograd.off()) {
            for (TokenRows rows : validation) {
                try (Scope scope = Scope.open()) {
                    double weight = rows.targetWeight();
                    sum += weight * LanguageModelLoss.of(model, rows).getFloat();
                    weights += weight;
                }
            }
        }
        return sum / weights;
    }
}
