package dev.assay.activation.store;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationRows;
import dev.assay.checkpoint.Safetensors;
import dev.assay.checkpoint.SafetensorsWriter;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Sha256;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The rows of one shard in memory, in their type on disk. Used by one thread at a time. */
final class ShardBuffer implements AutoCloseable {
    /** The largest finite number of half precision. */
    private static final float LARGEST_HALF = 65504;

    private final StoreDescription about;
    private final int capacity;
    private final NDManager manager = TorchEngine.newManager(Device.cpu());
    private final List<NDArray> sites = new ArrayList<>(); // each [capacity, width of the site]
    private final int[] tokens;
    private final long[] documents;
    private final int[] positions;
    private int rows;

    ShardBuffer(StoreDescription about, int capacity) {
        this.about = about;
        this.capacity = capacity;
        for (int width : about.widths()) {
            sites.add(Scope.detached(() -> manager.create(new Shape(capacity, width), about.type())));
        }
        this.tokens = new int[capacity];
        this.documents = new long[capacity];
        this.positions = new int[capacity];
    }

    int rows() {
        return rows;
    }

    int free() {
        return capacity - rows;
    }

    void clear() {
        rows = 0;
    }

    /** Adds rows of a pass. The buffer must have space for them. */
    void append(ActivationRows pass, int from, int count) {
        try (Scope scope = Scope.open()) {
            NDArray values = pass.values().get(new NDIndex(from + ":" + (from + count)));
            requireFitting(values);
            int column = 0;
            for (int i = 0; i < sites.size(); i++) {
                int end = column + about.widths().get(i);
                NDArray target = sites.get(i).get(new NDIndex(rows + ":" + (rows + count)));
                Aten.copy_(target, values.get(new NDIndex(":, " + column + ":" + end)));
                column = end;
            }
        }
        for (int i = 0; i < count; i++) {
            tokens[rows + i] = Math.toIntExact(pass.tokens()[from + i]);
        }
        System.arraycopy(pass.documents(), from, documents, rows, count);
        System.arraycopy(pass.positions(), from, positions, rows, count);
        rows += count;
    }

    /** Checks that every number is in the range of float16; a conversion would silently store infinity. */
    private void requireFitting(NDArray values) {
        if (about.type() == DataType.FLOAT16) {
            float largest = Math.max(values.max().getFloat(), -values.min().getFloat());
            if (largest > LARGEST_HALF) {
                throw new InvalidInputException(
                        "an activation of " + about.provenance().site() + " has magnitude " + largest
                                + ", expected at most " + LARGEST_HALF + " for float16; store float32");
            }
        }
    }

    /** Reads a stored shard, to add rows to it. */
    void load(ShardFile shard) throws IOException {
        try (Scope scope = Scope.open()) {
            ShardRows stored = shard.read(0, shard.rows(), about.sites(), shard.room(shard.rows(), about.sites()));
            append(stored.toRows(manager), 0, shard.rows());
        }
    }

    /** Writes the rows as a shard; {@code next} is the position after the last row. */
    StoredShard write(Path file, ActivationBuffer.Progress next) throws IOException {
        Sha256 hash = new Sha256();
        try (Scope scope = Scope.open()) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (int i = 0; i < sites.size(); i++) {
                tensors.put(about.sites().get(i), sites.get(i));
            }
            tensors.put(StoreDescription.TOKENS, manager.create(tokens));
            tensors.put(StoreDescription.DOCUMENTS, manager.create(documents));
            tensors.put(StoreDescription.POSITIONS, manager.create(positions));
            tensors.put(RowChecksums.TENSOR, checksums(tensors));
            tensors.replaceAll((tensor, values) ->
                    tensor.equals(RowChecksums.TENSOR) ? values : values.get(new NDIndex("0:" + rows)));
            SafetensorsWriter writer = Safetensors.writer(tensors, Map.of());
            AtomicFiles.write(file, out -> writer.writeTo(hash.passing(out)));
        }
        return new StoredShard(
                file.getFileName().toString(), rows, Files.size(file), hash.hex(), next, RowChecksums.blockRows(about));
    }

    /** Returns the checksums of all tensors, [tensors, blocks]. */
    private NDArray checksums(Map<String, NDArray> tensors) {
        int blockRows = RowChecksums.blockRows(about);
        int[] all = tensors.values().stream()
                .flatMapToInt(values -> IntStream.of(RowChecksums.compute(values, rows, blockRows)))
                .toArray();
        return manager.create(all, new Shape(tensors.size(), RowChecksums.blocks(rows, blockRows)));
    }

    @Override
    public void close() {
        manager.close();
    }
}
