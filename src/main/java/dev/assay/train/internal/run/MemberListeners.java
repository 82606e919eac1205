package dev.assay.train.internal.run;

import dev.assay.train.metrics.RunInfo;
import dev.assay.train.metrics.TrainingListener;
import dev.assay.train.metrics.TrainingProgress;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The listeners of one member. Unchecked exceptions are rethrown with the name of the listener, the run and the step. */
final class MemberListeners {
    private final List<TrainingListener> listeners;

    MemberListeners(List<TrainingListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    private interface Call {
        void to(TrainingListener listener) throws IOException;
    }

    void start(RunInfo run, TrainingProgress progress) throws IOException {
        for (TrainingListener listener : listeners) {
            call(listener, progress, to -> to.start(run, progress));
        }
    }

    void step(TrainingProgress progress, Map<String, Number> metrics) throws IOException {
        for (TrainingListener listener : listeners) {
            call(listener, progress, to -> to.step(progress, metrics));
        }
    }

    /** Finishes every listener, even when another one fails; throws the first failure. */
    void finish(TrainingProgress progress) throws IOException {
        Exception first = null;
        for (TrainingListener listener : listeners) {
            try {
                call(listener, progress, to -> to.finish(progress));
            } catch (IOException | RuntimeException failure) {
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        if (first instanceof IOException failure) {
            throw failure;
        }
        if (first instanceof RuntimeException failure) {
            throw failure;
        }
    }

    private static void call(TrainingListener listener, TrainingProgress progress, Call call) throws IOException {
        try {
            call.to(listener);
        } catch (RuntimeException failure) {
            throw new IllegalStateException(
                    "the training listener " + listener.getClass().getName() + " failed at step " + progress.step()
                            + " of " + progress.run() + ": " + failure,
                    failure);
        }
    }
}
