package dev.assay.evaluate;

import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TextPosition;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The batches of an evaluation in both of its passes. The first batches of the text are kept between the passes, up to a bound of memory;
 * the second pass reads the text only after them.
 */
final class RetainedBatches implements AutoCloseable {
    private final EvaluationUnits units;
    private final Corpus corpus;
    private final Split split;
    private final long memory;
    private final Deque<EvaluatedBatch> kept = new ArrayDeque<>();
    private final long start;
    private ContextReader reader;
    private TextPosition end; // after the last kept batch
    private long bytes;
    private boolean isFull;

    /**
     * Starts the first pass.
     *
     * @param memory the largest number of bytes of kept batches
     */
    RetainedBatches(EvaluationUnits units, Corpus corpus, Split split, long memory) throws IOException {
        this.units = units;
        this.corpus = corpus;
        this.split = split;
        this.memory = memory;
        this.reader = corpus.read(split);
        this.end = reader.position();
        this.start = end.context();
    }

    /** Returns the number of contexts that the current pass has read. */
    long contexts() {
        return reader.position().context() - start;
    }

    /** Returns the first pass. */
    EvaluatedBatches first() {
        return new EvaluatedBatches() {
            @Override
            public EvaluatedBatch next(int contexts) throws IOException {
                return units.batch(reader, contexts, true);
            }

            @Override
            public void done(EvaluatedBatch batch) {
                retain(batch);
            }
        };
    }

    private void retain(EvaluatedBatch batch) {
        isFull |= bytes + batch.bytes() > memory;
        if (isFull) {
            batch.close();
        } else {
            bytes += batch.bytes();
            end = reader.position();
            kept.add(batch);
        }
    }

    /** Ends the first pass and returns the second one. */
    EvaluatedBatches second() throws IOException {
        if (isFull) {
            reader.close();
            reader = corpus.read(split);
            reader.seek(end);
        }
        return contexts -> kept.isEmpty() ? units.batch(reader, contexts, false) : kept.remove();
    }

    @Override
    public void close() throws IOException {
        kept.forEach(EvaluatedBatch::close);
        reader.close();
    }
}
