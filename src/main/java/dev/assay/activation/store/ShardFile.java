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

    private ShardFile(Path file, int rows, Map<String, TensorInfo> tensors) {
        this.file = file;
        this.rows = rows;
        this.tensors = tensors;
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
            return new ShardFile(file, listed.rows(), tensors);
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
        return sites.stream()
                .map(site -> ByteBuffer.allocateDirect(Math.toIntExact(count * rowBytes(tensors.get(site)))))
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
                ByteBuffer bytes = room.get(i).clear().order(ByteOrder.LITTLE_ENDIAN);
                read(channel, info, from, to, bytes);
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
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact((to - from) * rowBytes(info)))
                .order(ByteOrder.LITTLE_ENDIAN);
        read(channel, info, from, to, bytes);
        return bytes;
    }

    private void read(FileChannel channel, TensorInfo info, int from, int to, ByteBuffer into) throws IOException {
        long begin = info.begin() + from * rowBytes(info);
        into.limit(Math.toIntExact((to - from) * rowBytes(info)));
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
