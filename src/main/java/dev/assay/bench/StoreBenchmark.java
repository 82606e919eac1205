package dev.assay.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.sun.nio.file.ExtendedOpenOption;
import dev.assay.Stopwatch;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.StreamPosition;
import dev.assay.activation.store.ActivationStore;
import dev.assay.activation.store.StoredShard;
import dev.assay.provenance.ModelProvenance;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Measures writing and reading of an activation store relative to plain files of the same sizes, and harvesting to a store relative to
 * harvesting alone. Compared tasks alternate, so that all run under the same load.
 */
public final class StoreBenchmark {
    private static final int PIECE = 1 << 22;
    private static final int DIRECT_BLOCK = 4096;
    private static final int PASS = 4096;
    private static final String SITE = "random";

    private final Path folder;
    private final int rounds;

    private StoreBenchmark(Path folder, int rounds) {
        this.folder = folder;
        this.rounds = rounds;
    }

    /**
     * Results, medians over all rounds. A megabyte is 10^6 bytes.
     *
     * @param bytes size of the store
     * @param writeMegabytesPerSecond writing rows in memory to a store: conversion, hashing, forcing to disk
     * @param writeFloorMegabytesPerSecond the same number of bytes in the same number of files, forced to disk
     * @param writeRatioToFloor the time of the store divided by that of the files
     * @param readMegabytesPerSecond one epoch in random order, to float32 arrays; counts the bytes on disk
     * @param readFloorMegabytesPerSecond sequential reading of the same files
     * @param readRatioToFloor the time of the epoch divided by that of the files
     * @param readFromDisk whether the files were evicted from the system's page cache before each reading
     */
    public record Report(
            @JsonProperty("store_bytes") long bytes,
            @JsonProperty("store_write_mb_per_second") double writeMegabytesPerSecond,
            @JsonProperty("store_write_floor_mb_per_second") double writeFloorMegabytesPerSecond,
            @JsonProperty("store_write_ratio_to_floor") double writeRatioToFloor,
            @JsonProperty("store_read_mb_per_second") double readMegabytesPerSecond,
            @JsonProperty("store_read_floor_mb_per_second") double readFloorMegabytesPerSecond,
            @JsonProperty("store_read_ratio_to_floor") double readRatioToFloor,
            @JsonProperty("store_read_from_disk") boolean readFromDisk) {}

    /**
     * Results of a source, medians over all rounds.
     *
     * @param aloneTokensPerSecond speed of its stream alone
     * @param toDiskTokensPerSecond speed of harvesting to a store
     * @param ratioToAlone the speed to disk divided by that alone
     */
    public record HarvestReport(
            @JsonProperty("harvest_alone_tokens_per_second") double aloneTokensPerSecond,

            @JsonProperty("harvest_to_disk_tokens_per_second")
            double toDiskTokensPerSecond,

            @JsonProperty("harvest_ratio_to_alone") double ratioToAlone) {}

    /**
     * Measures writing and reading of random numbers in float16.
     *
     * @param folder is filled and emptied; its disk is measured
     * @param width numbers per row
     * @param rows rows of the store
     * @param rounds counted rounds
     * @return the results
     * @throws IOException if the disk fails
     */
    public static Report run(Path folder, int width, long rows, int rounds) throws IOException {
        try (Autograd off = Autograd.off();
                RandomRows source = new RandomRows(width)) {
            return new StoreBenchmark(folder, rounds).run(source, rows);
        }
    }

    private Report run(ActivationSource source, long rows) throws IOException {
        Stopwatch write = new Stopwatch();
        Stopwatch writeFloor = new Stopwatch();
        Stopwatch read = new Stopwatch();
        Stopwatch readFloor = new Stopwatch();
        boolean fromDisk = true;
        long bytes = 0;
        for (int round = 0; round < rounds; round++) {
            write.time(true, () -> harvest(source, rows));
            ActivationStore store = ActivationStore.open(folder);
            bytes = store.bytes();
            fromDisk &= evict(store);
            readFloor.time(true, () -> readThrough(store));
            fromDisk &= evict(store);
            read.time(true, () -> deliver(store));
            List<Long> sizes =
                    store.manifest().shards().stream().map(StoredShard::bytes).toList();
            empty();
            writeFloor.time(true, () -> writeFiles(sizes));
            empty();
        }
        double megabytes = bytes / 1e6;
        return new Report(
                bytes,
                megabytes / write.median(),
                megabytes / writeFloor.median(),
                write.median() / writeFloor.median(),
                megabytes / read.median(),
                megabytes / readFloor.median(),
                read.median() / readFloor.median(),
                fromDisk);
    }

    /**
     * Measures a source alone and its harvest to a store in float16.
     *
     * @param source a source such as a live model
     * @param folder is filled and emptied
     * @param tokens tokens per round
     * @param rounds counted rounds, after one warm-up round
     * @return the results
     * @throws IOException if the text cannot be read or the disk fails
     */
    public static HarvestReport harvest(ActivationSource source, Path folder, long tokens, int rounds)
            throws IOException {
        StoreBenchmark benchmark = new StoreBenchmark(folder, rounds);
        Stopwatch alone = new Stopwatch();
        Stopwatch toDisk = new Stopwatch();
        for (int round = -1; round < rounds; round++) {
            alone.time(round >= 0, () -> stream(source, tokens));
            toDisk.time(round >= 0, () -> benchmark.harvest(source, tokens));
            benchmark.empty();
        }
        return new HarvestReport(tokens / alone.median(), tokens / toDisk.median(), alone.median() / toDisk.median());
    }

    private static void stream(ActivationSource source, long tokens) throws IOException {
        try (ActivationStream stream = source.open(StreamPosition.START)) {
            for (long rows = 0; rows < tokens; ) {
                try (Scope scope = Scope.open()) {
                    rows += stream.next().tokens().length;
                }
            }
        }
    }

    private void harvest(ActivationSource source, long rows) throws IOException {
        ActivationStore.write(source, folder)
                .tokens(rows)
                .type(DataType.FLOAT16)
                .progress(false)
                .run();
    }

    private static void deliver(ActivationStore store) throws IOException {
        stream(store.source(store.sites()), store.rows());
    }

    private void readThrough(ActivationStore store) throws IOException {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        for (StoredShard shard : store.manifest().shards()) {
            try (FileChannel channel = FileChannel.open(folder.resolve(shard.file()), StandardOpenOption.READ)) {
                while (channel.read(piece.clear()) >= 0) {
                    continue;
                }
            }
        }
    }

    private void writeFiles(List<Long> sizes) throws IOException {
        byte[] noise = new byte[PIECE];
        new SplittableRandom(1).nextBytes(noise);
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE).put(noise);
        for (int file = 0; file < sizes.size(); file++) {
            try (FileChannel channel = FileChannel.open(
                    folder.resolve("floor-" + file), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                for (long left = sizes.get(file); left > 0; ) {
                    left -= channel.write(piece.clear().limit((int) Math.min(PIECE, left)));
                }
                channel.force(true);
            }
        }
    }

    /** Evicts files from the page cache where the system allows it: writing more than the memory displaces them. */
    private boolean evict(ActivationStore store) throws IOException {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE + DIRECT_BLOCK).alignedSlice(DIRECT_BLOCK);
        for (StoredShard shard : store.manifest().shards()) {
            Path file = folder.resolve(shard.file());
            try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ);
                    FileChannel to = FileChannel.open(file, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT)) {
                for (long place = 0; place + DIRECT_BLOCK <= shard.bytes(); ) {
                    int length = (int) Math.min(PIECE, shard.bytes() - place) / DIRECT_BLOCK * DIRECT_BLOCK;
                    from.read(piece.clear().limit(length), place);
                    length = piece.position() / DIRECT_BLOCK * DIRECT_BLOCK;
                    place += to.write(piece.flip().limit(length), place);
                }
            } catch (UnsupportedOperationException | IOException unsupported) {
                return false;
            }
        }
        return true;
    }

    private void empty() throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    /** Repeats the same rows, which costs almost nothing. */
    private static final class RandomRows implements ActivationSource, AutoCloseable {
        private final NDManager manager = TorchEngine.newManager(Device.cpu());
        private final NDArray rows;

        RandomRows(int width) {
            float[] values = new float[PASS * width];
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextDouble();
            }
            rows = Scope.detached(() -> manager.create(values, new Shape(PASS, width)));
        }

        @Override
        public List<String> sites() {
            return List.of(SITE);
        }

        @Override
        public List<Integer> widths() {
            return List.of((int) rows.getShape().get(1));
        }

        @Override
        public Device device() {
            return Device.cpu();
        }

        @Override
        public Provenance provenance() {
            return Provenance.of(
                    ModelProvenance.of(SITE, "float32"),
                    List.of(SITE),
                    TextProvenance.of(SITE, "all", PASS, false, true));
        }

        @Override
        public String modelHash() {
            return SITE;
        }

        @Override
        public ActivationStream open(StreamPosition start) {
            return new ActivationStream() {
                private StreamPosition position = start;

                @Override
                public StreamPosition position() {
                    return position;
                }

                @Override
                public ActivationRows next() {
                    position = new StreamPosition(0, position.context() + 1, 0, 0);
                    int[] positions = new int[PASS];
                    Arrays.setAll(positions, i -> i);
                    return new ActivationRows(rows.duplicate(), new long[PASS], new long[PASS], positions);
                }

                @Override
                public void close() {
                    position = start;
                }
            };
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}
