package dev.assay.activation.store;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.checkpoint.StoredType;
import dev.assay.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A shard on disk that matches the manifest in length and tensors. Keeps no file open; any thread may read it. */
final class ShardFile {
    private final Path file;
    private final int rows;
    private final Map<String, TensorInfo> tensors;
    private final int blockRows; // reads start and end at multiples of it
    private final boolean verifies;

    private ShardFile(Path file, int rows, Map<String, TensorInfo> tensors, int blockRows, boolean verifies) {
        this.file = file;
        this.rows = rows;
        this.tensors = tensors;
        this.blockRows = blockRows;
        this.verifies = verifies;
    }

    /** Opens a shard and checks everything except its values. */
    static ShardFile open(Path folder, StoreDescription about, StoredShard listed) throws IOException {
        Path file = folder.resolve(listed.file());
        if (!Files.isRegularFile(file)) {
            throw new InvalidInputException(
                    file + " is missing, expected the shard that " + ActivationStoreManifest.FILE + " lists");
        }
        if (Files.size(file) != listed.bytes()) {
            throw new InvalidInputException(file + " has " + Files.size(file) + " bytes, expected " + listed.bytes()
                    + " (" + ActivationStoreManifest.FILE + ")");
        }
        try (Safetensors stored = Safetensors.open(file)) {
            Map<String, TensorInfo> tensors = new LinkedHashMap<>();
            StoredType type = about.type() == DataType.FLOAT16 ? StoredType.F16 : StoredType.F32;
            for (int i = 0; i < about.sites().size(); i++) {
                Shape shape = new Shape(listed.rows(), about.widths().get(i));
                require(stored, about.sites().get(i), type, shape, tensors);
            }
            Shape labels = new Shape(listed.rows());
            require(stored, StoreDescription.TOKENS, StoredType.I32, labels, tensors);
            require(stored, StoreDescription.DOCUMENTS, StoredType.I64, labels, tensors);
            require(stored, StoreDescription.POSITIONS, StoredType.I32, labels, tensors);
            boolean verifies = listed.checksumRows() > 0;
            int blockRows = verifies ? listed.checksumRows() : 1;
            if (verifies) {
                Shape checksums = new Shape(tensors.size(), RowChecksums.blocks(listed.rows(), blockRows));
                require(stored, RowChecksums.TENSOR, StoredType.I32, checksums, tensors);
            }
            return new ShardFile(file, listed.rows(), tensors, blockRows, verifies);
        }
    }

    private static void require(
            Safetensors stored, String name, StoredType type, Shape shape, Map<String, TensorInfo> tensors) {
        TensorInfo info = stored.info(name);
        if (info.type() != type || !info.shape().equals(shape)) {
            throw new InvalidInputException(stored.file() + ": tensor " + name + " is " + info.type() + " "
                    + info.shape() + ", expected " + type + " " + shape + " (" + ActivationStoreManifest.FILE + ")");
        }
        tensors.put(name, info);
    }

    int rows() {
        return rows;
    }

    /** Allocates memory for the values of some rows, one buffer per site. */
    List<ByteBuffer> room(int count, List<String> sites) {
        // With the rest of the first and the last block of checksums.
        long most = Math.min(rows, count + 2L * (blockRows - 1));
        return sites.stream()
                .map(site -> ByteBuffer.allocateDirect(Math.toIntExact(most * rowBytes(tensors.get(site)))))
                .toList();
    }

    /**
     * Reads the rows from {@code from} to {@code to} of some sites, with their labels.
     *
     * @param room memory for at least as many rows, one buffer per site; the result uses it
     */
    ShardRows read(int from, int to, List<String> sites, List<ByteBuffer> room) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            List<ShardRows.Site> values = new ArrayList<>();
            for (int i = 0; i < sites.size(); i++) {
                TensorInfo info = tensors.get(sites.get(i));
                ByteBuffer bytes = read(channel, info, from, to, room.get(i));
                DataType type = info.type() == StoredType.F16 ? DataType.FLOAT16 : DataType.FLOAT32;
                values.add(new ShardRows.Site(bytes, (int) info.shape().get(1), type));
            }
            int[] tokens = new int[to - from];
            labels(channel, StoreDescription.TOKENS, from, to).asIntBuffer().get(tokens);
            long[] documents = new long[to - from];
            labels(channel, StoreDescription.DOCUMENTS, from, to).asLongBuffer().get(documents);
            int[] positions = new int[to - from];
            labels(channel, StoreDescription.POSITIONS, from, to).asIntBuffer().get(positions);
            return new ShardRows(values, tokens, documents, positions);
        }
    }

    private ByteBuffer labels(FileChannel channel, String tensor, int from, int to) throws IOException {
        TensorInfo info = tensors.get(tensor);
        long most = Math.min(rows, to - from + 2L * (blockRows - 1));
        return read(channel, info, from, to, ByteBuffer.allocate(Math.toIntExact(most * rowBytes(info))));
    }

    /** Reads rows into memory for the blocks that contain them, verifies the blocks, and returns the rows. */
    private ByteBuffer read(FileChannel channel, TensorInfo info, int from, int to, ByteBuffer room)
            throws IOException {
        long rowBytes = rowBytes(info);
        int first = verifies ? from - from % blockRows : from;
        int end = verifies ? Math.min(rows, RowChecksums.blocks(to, blockRows) * blockRows) : to;
        ByteBuffer into = room.clear().limit(Math.toIntExact((end - first) * rowBytes));
        fill(channel, info.begin() + first * rowBytes, into);
        if (verifies) {
            verify(channel, info, first, end, into);
        }
        return into.slice(Math.toIntExact((from - first) * rowBytes), Math.toIntExact((to - from) * rowBytes))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private void verify(FileChannel channel, TensorInfo info, int first, int end, ByteBuffer bytes) throws IOException {
        int[] found = new int[RowChecksums.blocks(end - first, blockRows)];
        RowChecksums.compute(bytes, rowBytes(info), end - first, blockRows, found, 0);
        int tensor = new ArrayList<>(tensors.keySet()).indexOf(info.name());
        long index = (long) tensor * RowChecksums.blocks(rows, blockRows) + first / blockRows;
        ByteBuffer stored = ByteBuffer.allocate(found.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        fill(channel, tensors.get(RowChecksums.TENSOR).begin() + index * Integer.BYTES, stored);
        for (int block = 0; block < found.length; block++) {
            if (found[block] != stored.getInt(block * Integer.BYTES)) {
                int row = first + block * blockRows;
                throw new InvalidInputException(file + " is damaged: the checksum of rows " + row + " to "
                        + Math.min(end, row + blockRows) + " of " + info.name()
                        + " does not match; harvest the activations again into another folder");
            }
        }
    }

    private void fill(FileChannel channel, long begin, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into, begin + into.position()) < 0) {
                throw new IOException(file + " was truncated after the store was opened");
            }
        }
        into.flip();
    }

    private long rowBytes(TensorInfo info) {
        return (info.end() - info.begin()) / rows;
    }
}
