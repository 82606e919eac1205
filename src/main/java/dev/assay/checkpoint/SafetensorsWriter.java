package dev.assay.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes arrays in the safetensors format, streaming each from native memory in chunks. */
public final class SafetensorsWriter {
    private static final long CHUNK_BYTES = 1L << 24;

    private final Map<String, NDArray> tensors;
    private final Map<String, String> metadata;
    private final boolean brainFloats;
    private final boolean checksummed;

    /**
     * Creates a writer; {@code brainFloats} rounds float32 to {@link StoredType#BF16}, {@code checksummed} adds a {@link FileChecksum} to
     * the metadata.
     */
    SafetensorsWriter(
            Map<String, NDArray> tensors, Map<String, String> metadata, boolean brainFloats, boolean checksummed) {
        this.checksummed = checksummed;
        this.tensors = Map.copyOf(tensors);
        this.metadata = metadata;
        this.brainFloats = brainFloats;
    }

    /**
     * Writes the content of the file.
     *
     * @param out the stream, neither flushed nor closed
     * @throws IOException if the stream fails
     */
    public void writeTo(OutputStream out) throws IOException {
        List<PlannedTensor> inOrder = SafetensorsHeader.inOrder(planned());
        out.write(SafetensorsHeader.bytes(inOrder, checksummed ? withChecksum(inOrder) : metadata));
        write(inOrder, Channels.newChannel(out));
    }

    private Map<String, String> withChecksum(List<PlannedTensor> inOrder) throws IOException {
        FileChecksum checksum = new FileChecksum();
        checksum.add(SafetensorsHeader.bytes(inOrder, metadata));
        write(inOrder, checksum);
        Map<String, String> all = new TreeMap<>(metadata);
        all.put(FileChecksum.KEY, checksum.text());
        return all;
    }

    private void write(List<PlannedTensor> inOrder, WritableByteChannel channel) throws IOException {
        for (PlannedTensor tensor : inOrder) {
            try (Scope scope = Scope.open()) {
                NDArray array = tensors.get(tensor.name());
                // A scalar has no axis to split.
                stream(array.getShape().dimension() == 0 ? array.reshape(1) : array, channel);
            }
        }
    }

    private List<PlannedTensor> planned() {
        return tensors.entrySet().stream()
                .map(tensor -> new PlannedTensor(
                        tensor.getKey(), storedType(tensor), tensor.getValue().getShape()))
                .toList();
    }

    /** Splits the first axis until a chunk is small enough; each chunk of a view is made contiguous separately. */
    private void stream(NDArray array, WritableByteChannel channel) throws IOException {
        long rows = array.getShape().get(0);
        if (array.size() == 0) {
            return;
        }
        long rowBytes = array.size() / rows * array.getDataType().getNumOfBytes();
        long step = Math.max(1, CHUNK_BYTES / rowBytes);
        for (long first = 0; first < rows; first += step) {
            try (Scope scope = Scope.open()) {
                if (rowBytes > CHUNK_BYTES && array.getShape().dimension() > 1) {
                    stream(array.get(first), channel);
                } else {
                    NDIndex piece = new NDIndex("{}:{}", first, Math.min(rows, first + step));
                    ByteBuffer entries = array.get(piece).toByteBuffer(true);
                    boolean narrow = brainFloats && array.getDataType() == DataType.FLOAT32;
                    channel.write(
                            narrow ? StoredType.narrowToBrainFloats(entries.order(ByteOrder.LITTLE_ENDIAN)) : entries);
                }
            }
        }
    }

    private StoredType storedType(Map.Entry<String, NDArray> tensor) {
        DataType held = tensor.getValue().getDataType();
        StoredType type = brainFloats && held == DataType.FLOAT32 ? StoredType.BF16 : StoredType.of(held);
        if (type == null) {
            throw new InvalidInputException("tensor " + tensor.getKey() + " has type "
                    + tensor.getValue().getDataType() + ", which safetensors files do not support");
        }
        return type;
    }
}
