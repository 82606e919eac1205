package dev.assay.model.training;

import dev.assay.ProgressBar;
import java.util.Locale;
import java.util.function.Consumer;

/** Shows a training run on a progress bar with the step, its loss and the latest held-out loss. */
final class ProgressNote implements Consumer<ModelTrainingProgress> {
    private ProgressBar bar;
    private long tokensPerStep;
    private String heldOut = "";

    @Override
    public void accept(ModelTrainingProgress progress) {
        if (bar == null) {
            tokensPerStep = progress.tokens() / progress.step();
            bar = new ProgressBar("training", tokensPerStep * progress.steps());
        }
        if (!Double.isNaN(progress.validationLoss())) {
            heldOut = String.format(Locale.ROOT, "  held out %.4f", progress.validationLoss());
        }
        bar.update(tokensPerStep * progress.step(), note(progress) + heldOut);
        if (progress.step() == progress.steps()) {
            bar.close();
            bar = null;
        }
    }

    private static String note(ModelTrainingProgress progress) {
        StringBuilder note = new StringBuilder(String.format(
                Locale.ROOT, "step %,d of %,d  loss %.4f", progress.step(), progress.steps(), progress.loss()));
        progress.terms().forEach((name, value) -> note.append(String.format(Locale.ROOT, "  %s %.4f", name, value)));
        return note.toString();
    }
}
