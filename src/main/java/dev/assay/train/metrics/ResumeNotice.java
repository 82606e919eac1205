package dev.assay.train.metrics;

import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Reports once from which step an interrupted run resumes. New and complete runs are not reported. */
public final class ResumeNotice implements TrainingListener {
    private final Consumer<String> output;
    private boolean reported;

    /**
     * Creates a listener.
     *
     * @param output receives the sentence
     */
    public ResumeNotice(Consumer<String> output) {
        this.output = output;
    }

    @Override
    public void start(RunInfo run, TrainingProgress progress) {
        if (progress.step() > 0 && !progress.done() && !reported) {
            output.accept(String.format(Locale.ROOT, "resuming from step %d of %d", progress.step(), progress.steps()));
        }
        reported = true;
    }

    @Override
    public void step(TrainingProgress progress, Map<String, Number> metrics) {}
}
