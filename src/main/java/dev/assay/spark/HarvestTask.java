package dev.assay.spark;

import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.activation.ModelActivationSource;
import dev.assay.activation.store.ActivationStore;
import dev.assay.activation.store.Harvest;
import dev.assay.activation.store.HarvestUnit;
import dev.assay.activation.store.ShardSink;
import dev.assay.activation.store.StoredShard;
import dev.assay.io.JsonObject;
import dev.assay.run.SourceModel;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.TaskContext;

/**
 * Writes the shards of some units.
 *
 * @param options the options of the harvest
 * @param model the model
 * @param units all units of the job
 * @param rate receives the progress
 */
record HarvestTask(Options options, ModelReference model, List<HarvestUnit> units, TokenRate rate) implements UnitWork {
    /**
     * The options that decide the content of a store.
     *
     * @param tokens the number of rows
     * @param shardRows the rows of a shard; 0 for the default
     * @param type the type on disk
     * @param specialTokens whether special tokens have rows
     * @param skippedPositions the number of positions at the start of each context without rows
     * @param note JSON
     */
    record Options(long tokens, int shardRows, DataType type, boolean specialTokens, int skippedPositions, String note)
            implements Serializable {
        /** Returns the activations. */
        ModelActivationSource source(SourceModel model, Corpus corpus) {
            return model.source(corpus).withSpecialTokens(specialTokens).skippingPositions(skippedPositions);
        }

        /** Returns the harvest, whose folder is not used. */
        Harvest harvest(ModelActivationSource source) {
            Harvest harvest = ActivationStore.write(source, Path.of("unused"))
                    .tokens(tokens)
                    .type(type)
                    .note(UnitRecord.parse("the note", note).node());
            return shardRows == 0 ? harvest : harvest.shardRows(shardRows);
        }
    }

    @Override
    public void run(List<Integer> numbers, TaskText text, TaskAttempts attempts, Consumer<UnitRecord> done)
            throws IOException {
        List<HarvestUnit> own = units.subList(numbers.get(0), numbers.get(numbers.size() - 1) + 1);
        TaskContext task = TaskContext.get();
        try (var lease = model.source();
                Sink sink = new Sink(own, attempts, done)) {
            ModelActivationSource source =
                    options.source(lease.model(), text.corpus(lease.model().tokenizer()));
            Clock clock = new Clock(rate);
            options.harvest(source)
                    .shardWriter()
                    .progress(clock::advance)
                    .stopWhen(() -> task != null && task.isInterrupted())
                    .write(own, sink);
        }
    }

    /** Reads the entry of a unit in the manifest. */
    static StoredShard shard(UnitRecord record) {
        JsonObject entry = record.values();
        return StoredShard.read(entry);
    }

    /** Reports the rows and the time since the last report. */
    private static final class Clock {
        private final TokenRate rate;
        private long rows;
        private long time = System.nanoTime();

        Clock(TokenRate rate) {
            this.rate = rate;
        }

        void advance(long now) {
            long moment = System.nanoTime();
            rate.add(now - rows, moment - time);
            rows = now;
            time = moment;
        }
    }

    /** Makes each shard a file of the job as soon as it is complete. */
    private static final class Sink implements ShardSink, AutoCloseable {
        private final List<HarvestUnit> units;
        private final TaskAttempts attempts;
        private final Consumer<UnitRecord> done;
        private int next;
        private UnitAttempt attempt;

        Sink(List<HarvestUnit> units, TaskAttempts attempts, Consumer<UnitRecord> done) {
            this.units = units;
            this.attempts = attempts;
            this.done = done;
        }

        @Override
        public Path file(long first, int rows) throws IOException {
            HarvestUnit unit = units.get(next++);
            attempt = attempts.begin(unit.index());
            return attempt.folder().resolve(unit.fileName());
        }

        @Override
        public void written(long first, StoredShard shard) throws IOException {
            ObjectNode entry = shard.toJson();
            UnitRecord record = attempt.commit(entry);
            attempt.close();
            attempt = null;
            done.accept(record);
        }

        @Override
        public void close() throws IOException {
            if (attempt != null) {
                attempt.close();
            }
        }
    }
}
