package dev.assay.checkpoint;

import dev.assay.io.PositionedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file that is written in parts, in any order. The tensors and their shapes are known in advance; unwritten entries are 0.
 * The file has its full length from the beginning, so it can be opened for reading at any time.
 */
public final class IncrementalSafetensors implements AutoCloseable {
    private static final int BUFFER = 1 << 18;

    private final PositionedFile file;
    private final Map<String, TensorInfo> tensors = new HashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);

    private IncrementalSafetensors(PositionedFile file) {
        this.file = file;
    }

    /**
     * Creates a file. Tensors with larger elements come first, those of equal size are ordered by name.
     *
     * @param file a path without a file
     * @param tensors the tensors of the file
     * @param metadata strings for the header; may be empty
     * @return the file, which the caller closes
     * @throws IOException if it cannot be written
     */
    public static IncrementalSafetensors create(Path file, List<PlannedTensor> tensors, Map<String, String> metadata)
            throws IOException {
        IncrementalSafetensors pieces = new IncrementalSafetensors(PositionedFile.create(file));
        try {
            pieces.begin(SafetensorsHeader.inOrder(tensors), metadata);
        } catch (IOException | RuntimeException failure) {
            pieces.close();
            throw failure;
        }
        return pieces;
    }

    private void begin(List<PlannedTensor> inOrder, Map<String, String> metadata) throws IOException {
        byte[] header = SafetensorsHeader.bytes(inOrder, metadata);
        file.write(ByteBuffer.wrap(header), 0);
        long end = header.length;
        for (PlannedTensor tensor : inOrder) {
            long begin = end;
            end += tensor.bytes();
            tensors.put(tensor.name(), new TensorInfo(tensor.name(), tensor.type(), tensor.shape(), begin, end));
        }
        if (end > header.length) {
            file.write(ByteBuffer.allocate(1), end - 1);
        }
    }

    /**
     * Writes entries of a tensor of type I32.
     *
     * @param name the tensor
     * @param first index of the first entry in the tensor
     * @param values source of the entries
     * @param from index of the first entry in {@code values}
     * @param count number of entries
     * @throws IOException if the disk fails
     */
    public void write(String name, long first, int[] values, int from, int count) throws IOException {
        write(name, first, count, (done, step) -> buffer.asIntBuffer().put(values, from + done, step));
    }

    /**
     * Writes entries of a tensor of type U16.
     *
     * @param name the tensor
     * @param first index of the first entry in the tensor
     * @param values source of the entries
     * @param from index of the first entry in {@code values}
     * @param count number of entries
     * @throws IOException if the disk fails
     */
    public void write(String name, long first, char[] values, int from, int count) throws IOException {
        write(name, first, count, (done, step) -> buffer.asCharBuffer().put(values, from + done, step));
    }

    /**
     * Writes entries of a tensor of type F32.
     *
     * @param name the tensor
     * @param first index of the first entry in the tensor
     * @param values source of the entries
     * @param from index of the first entry in {@code values}
     * @param count number of entries
     * @throws IOException if the disk fails
     */
    public void write(String name, long first, float[] values, int from, int count) throws IOException {
        write(name, first, count, (done, step) -> buffer.asFloatBuffer().put(values, from + done, step));
    }

    /**
     * Writes a whole tensor of type I32.
     *
     * @param name the tensor
     * @param values its entries
     * @throws IOException if the disk fails
     */
    public void write(String name, int[] values) throws IOException {
        write(name, 0, values, 0, values.length);
    }

    /**
     * Writes a whole tensor of type I64.
     *
     * @param name the tensor
     * @param values its entries
     * @throws IOException if the disk fails
     */
    public void write(String name, long[] values) throws IOException {
        write(name, 0, values.length, (done, step) -> buffer.asLongBuffer().put(values, done, step));
    }

    /**
     * Writes a whole tensor of type F32.
     *
     * @param name the tensor
     * @param values its entries
     * @throws IOException if the disk fails
     */
    public void write(String name, float[] values) throws IOException {
        write(name, 0, values.length, (done, step) -> buffer.asFloatBuffer().put(values, done, step));
    }

    /**
     * Writes a whole tensor of type F64.
     *
     * @param name the tensor
     * @param values its entries
     * @throws IOException if the disk fails
     */
    public void write(String name, double[] values) throws IOException {
        write(name, 0, values.length, (done, step) -> buffer.asDoubleBuffer().put(values, done, step));
    }

    /**
     * Writes a whole tensor of type U8.
     *
     * @param name the tensor
     * @param values its entries
     * @throws IOException if the disk fails
     */
    public void write(String name, byte[] values) throws IOException {
        write(name, 0, values.length, (done, step) -> buffer.put(0, values, done, step));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Copies entries of an array into the buffer. */
    @FunctionalInterface
    private interface Filler {
        void fill(int first, int count);
    }

    private void write(String name, long first, int count, Filler filler) throws IOException {
        TensorInfo tensor = tensors.get(name);
        int entry = tensor.type().bytes();
        if (first < 0 || tensor.begin() + (first + count) * entry > tensor.end()) {
            throw new IndexOutOfBoundsException(
                    count + " entries from " + first + " of tensor " + name + " of shape " + tensor.shape());
        }
        for (int done = 0; done < count; ) {
            int step = Math.min(count - done, BUFFER / entry);
            buffer.clear();
            filler.fill(done, step);
            file.write(buffer.limit(step * entry), tensor.begin() + (first + done) * entry);
            done += step;
        }
    }
}
