package dev.assay.activation.store;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.BackgroundThreads;
import dev.assay.activation.Permutation;
import dev.assay.activation.StreamPosition;
import dev.assay.activation.store.StoreActivationSource.Block;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** The blocks of a store in random order, prefetched by reader threads. */
final class StoreStream implements ActivationStream {
    private static final int READERS = 2;
    private static final int AHEAD = 6;

    private final List<Block> blocks;
    private final List<String> sites;
    private final long seed;
    private final NDManager manager;
    private final ExecutorService readers = BackgroundThreads.threads(READERS, "assay-store-reader");
    private final Deque<Reading> ahead = new ArrayDeque<>();
    private StreamPosition position; // of the block that next() returns
    private StreamPosition reading; // of the next block to prefetch
    private long[] order;

    /** A block that is being read into its memory. */
    private record Reading(Future<ShardRows> rows, List<ByteBuffer> room, StreamPosition after) {}

    StoreStream(List<Block> blocks, List<String> sites, long seed, Device device, StreamPosition start) {
        this.blocks = blocks;
        this.sites = sites;
        this.seed = seed;
        this.manager = TorchEngine.newManager(device);
        this.position = start;
        this.reading = start;
        this.order = Permutation.draw(blocks.size(), seed, start.epoch());
        Block largest = Collections.max(blocks, Comparator.comparingInt(block -> block.to() - block.from()));
        for (int i = 0; i < AHEAD; i++) {
            read(largest.shard().room(largest.to() - largest.from(), sites));
        }
    }

    private void read(List<ByteBuffer> room) {
        if (reading.context() == blocks.size()) {
            reading = new StreamPosition(reading.epoch() + 1, 0, 0, 0);
            order = Permutation.draw(blocks.size(), seed, reading.epoch());
        }
        Block block = blocks.get((int) order[(int) reading.context()]);
        reading = new StreamPosition(reading.epoch(), reading.context() + 1, 0, 0);
        Future<ShardRows> rows = readers.submit(() -> block.shard().read(block.from(), block.to(), sites, room));
        ahead.add(new Reading(rows, room, reading));
    }

    @Override
    public StreamPosition position() {
        return position;
    }

    @Override
    public ActivationRows next() throws IOException {
        Reading first = ahead.element();
        ActivationRows rows = BackgroundThreads.await(first.rows()).toRows(manager);
        ahead.remove();
        position = first.after();
        read(first.room());
        return rows;
    }

    @Override
    public void close() {
        readers.shutdown();
        BackgroundThreads.awaitEnd(readers);
        manager.close();
    }
}
