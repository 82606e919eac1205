package dev.assay.train.internal.run;

import dev.assay.train.metrics.MetricNames;
import dev.assay.train.metrics.TrainingListener;
import dev.assay.train.metrics.TrainingProgress;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.Map;

/** Logs a warning when all latents of a run are dead, and at the end of a run in which most of them are. */
public final class DeadLatentWarning implements TrainingListener {
    private static final System.Logger LOG = System.getLogger(DeadLatentWarning.class.getName());
    private static final double SHARE = 0.9;
    private static final String ADVICE = "try a lower coefficient or learning rate, or train on more tokens";

    private final int dSae;
    private int dead;
    private boolean warned;

    /**
     * Creates a listener of one run.
     *
     * @param dSae the number of latents
     */
    public DeadLatentWarning(int dSae) {
        this.dSae = dSae;
    }

    @Override
    public void step(TrainingProgress progress, Map<String, Number> metrics) {
        dead = metrics.get(MetricNames.DEAD_LATENTS).intValue();
        if (dead < dSae) {
            warned = false;
        } else if (!warned) {
            warned = true;
            LOG.log(
                    Level.WARNING,
                    String.format(
                            Locale.ROOT,
                            "%s: all %,d latents are dead at step %,d of %,d, so the dictionary predicts the same"
                                    + " activation for every token; %s",
                            progress.run(),
                            dSae,
                            progress.step(),
                            progress.steps(),
                            ADVICE));
        }
    }

    @Override
    public void finish(TrainingProgress progress) {
        if (progress.done() && dead >= SHARE * dSae) {
            LOG.log(
                    Level.WARNING,
                    String.format(
                            Locale.ROOT,
                            "%s: %,d of %,d latents are dead at the end of training; %s",
                            progress.run(),
                            dead,
                            dSae,
                            ADVICE));
        }
    }
}
