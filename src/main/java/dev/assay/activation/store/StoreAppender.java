package dev.assay.activation.store;

import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.BackgroundThreads;
import dev.assay.activation.StreamPosition;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Adds rows to a store on a background thread: converts them, and writes and hashes each full shard. The queue is limited to a few
 * passes; then adding a pass blocks.
 */
final class StoreAppender implements AutoCloseable {
    private static final int WAITING = 3;

    private final ShardSink sink;
    private final ExecutorService thread = BackgroundThreads.threads(1, "assay-store-writer");
    private final Deque<Future<?>> tasks = new ArrayDeque<>();
    private final ShardBuffer buffer;
    // These are used only by the background thread while tasks are queued.
    private long first; // the first row of the buffer in the store
    private int listed; // rows of the buffer that are in a shard already
    private boolean failed;

    /**
     * Creates an appender.
     *
     * @param about the store
     * @param first the first row of the first shard to write
     * @param end the row after the last one to write
     * @param sink receives the shards
     */
    StoreAppender(StoreDescription about, long first, long end, ShardSink sink) {
        this.sink = sink;
        this.first = first;
        this.buffer = new ShardBuffer(about, (int) Math.min(about.shardRows(), end - first));
    }

    /** Loads an incomplete shard, whose rows become the first of the next shard. */
    void load(ShardFile incomplete) throws IOException {
        buffer.load(incomplete);
        listed = incomplete.rows();
    }

    /**
     * Adds rows of a pass.
     *
     * @param pass the rows; no scope owns the values, and this method closes them
     * @param at the position of the pass
     * @param after the position of the next pass
     * @param from the first row to add
     * @param to the row after the last one to add
     */
    void append(ActivationRows pass, StreamPosition at, StreamPosition after, int from, int to) throws IOException {
        try {
            await(WAITING - 1);
        } catch (IOException | RuntimeException failure) {
            pass.values().close();
            throw failure;
        }
        tasks.add(thread.submit(() -> {
            try (var values = pass.values()) {
                // After a failure, the rows before these are missing.
                if (!failed) {
                    failed = true;
                    add(pass, at, after, from, to);
                    failed = false;
                }
            }
            return null;
        }));
    }

    /** Waits until at most this number of tasks is queued. */
    private void await(int left) throws IOException {
        while (tasks.size() > left) {
            BackgroundThreads.await(tasks.remove());
        }
    }

    private void add(ActivationRows pass, StreamPosition at, StreamPosition after, int from, int to)
            throws IOException {
        int row = from;
        while (row < to) {
            int count = Math.min(buffer.free(), to - row);
            buffer.append(pass, row, count);
            row += count;
            if (buffer.free() == 0) {
                boolean passDone = row == pass.tokens().length;
                writeShard(new ActivationBuffer.Progress(passDone ? after : at, passDone ? 0 : row));
            }
        }
    }

    private void writeShard(ActivationBuffer.Progress next) throws IOException {
        StoredShard shard = buffer.write(sink.file(first, buffer.rows()), next);
        sink.written(first, shard);
        first += shard.rows();
        listed = 0;
        buffer.clear();
    }

    /**
     * Writes the remaining rows.
     *
     * @param next the position after the last row
     */
    void finish(ActivationBuffer.Progress next) throws IOException {
        await(0);
        if (buffer.rows() > listed) {
            writeShard(next);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        BackgroundThreads.awaitEnd(thread);
        buffer.close();
    }
}
