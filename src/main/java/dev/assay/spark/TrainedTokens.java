package dev.assay.spark;

import dev.assay.train.metrics.RunInfo;
import dev.assay.train.metrics.TrainingListener;
import dev.assay.train.metrics.TrainingProgress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/** Counts the activations that the members of a sweep were trained on since the start of a task. */
final class TrainedTokens implements TrainingListener {
    private final LongConsumer counter;
    private final Map<String, Long> counted = new HashMap<>();

    TrainedTokens(LongConsumer counter) {
        this.counter = counter;
    }

    @Override
    public void start(RunInfo run, TrainingProgress progress) {
        counted.put(progress.run(), progress.tokens());
    }

    @Override
    public void step(TrainingProgress progress, Map<String, Number> metrics) {
        long before = counted.getOrDefault(progress.run(), 0L);
        counter.accept(progress.tokens() - before);
        counted.put(progress.run(), progress.tokens());
    }
}
