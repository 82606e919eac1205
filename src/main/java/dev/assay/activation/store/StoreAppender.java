package dev.assay.activation.store;

import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.BackgroundThreads;
import dev.assay.activation.StreamPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private final Path folder;
    private final ExecutorService thread = BackgroundThreads.threads(1, "assay-store-writer");
    private final Deque<Future<?>> tasks = new ArrayDeque<>();
    private final ShardBuffer buffer;
    // Both are used only by the background thread while tasks are queued.
    private ActivationStoreManifest manifest;
    private boolean failed;

    /** Creates an appender to a store whose manifest requests more rows than it has. */
    StoreAppender(Path folder, ActivationStoreManifest manifest) throws IOException {
        this.folder = folder;
        this.manifest = manifest;
        int shardRows = manifest.about().shardRows();
        long whole = manifest.rows() - manifest.rows() % shardRows;
        this.buffer = new ShardBuffer(manifest.about(), (int) Math.min(shardRows, manifest.asked() - whole));
        if (manifest.endsShort()) {
            try {
                buffer.load(ShardFile.open(folder, manifest.about(), manifest.last()));
            } catch (IOException | RuntimeException failure) {
                close();
                throw failure;
            }
        }
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
        long first = manifest.rows() - (manifest.endsShort() ? manifest.last().rows() : 0);
        String replaced = manifest.endsShort() ? manifest.last().file() : null;
        manifest = manifest.with(buffer.write(folder, first, next));
        manifest.write(folder);
        if (replaced != null) {
            Files.delete(folder.resolve(replaced));
        }
        buffer.clear();
    }

    /**
     * Writes the remaining rows.
     *
     * @param next the position after the last row
     * @param endOfText whether the text ends there
     */
    void finish(ActivationBuffer.Progress next, boolean endOfText) throws IOException {
        await(0);
        manifest = endOfText ? manifest.ended() : manifest;
        long listed = manifest.endsShort() ? manifest.last().rows() : 0;
        if (buffer.rows() > listed) {
            writeShard(next);
        } else if (endOfText) {
            manifest.write(folder);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        BackgroundThreads.awaitEnd(thread);
        buffer.close();
    }
}
