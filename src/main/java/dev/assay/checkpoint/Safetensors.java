package dev.assay.checkpoint;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFiles;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * An open safetensors file of any size. The header is validated against the file on opening; the bytes of a tensor are mapped on loading.
 * Safe for several threads.
 */
public final class Safetensors implements AutoCloseable {
    /** Maximum number of bytes that are mapped and copied at a time. */
    private static final long CHUNK_BYTES = 1L << 25;

    private final Path file;
    private final FileChannel channel;
    private final SafetensorsHeader header;

    private Safetensors(Path file, FileChannel channel, SafetensorsHeader header) {
        this.file = file;
        this.channel = channel;
        this.header = header;
    }

    /**
     * Opens a file and validates its header.
     *
     * @param file the file
     * @return the open file
     * @throws IOException if it cannot be read
     * @throws InvalidInputException if it is not a complete safetensors file, naming the tensor and the field
     */
    public static Safetensors open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new Safetensors(file, channel, SafetensorsHeader.read(file, channel));
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    /**
     * Writes tensors to a file atomically. Each array is streamed from native memory in chunks and may be a view. Tensors with larger
     * elements come first, those of equal size are ordered by name, so that all are aligned.
     *
     * @param file the target, replaced if it exists
     * @param tensors float64, float32, float16, int64, int32, int8, uint8 or boolean arrays by name
     * @param metadata strings for the header; may be empty
     * @throws IOException if it cannot be written
     */
    public static void write(Path file, Map<String, NDArray> tensors, Map<String, String> metadata) throws IOException {
        AtomicFiles.write(file, writer(tensors, metadata)::writeTo);
    }

    /**
     * Writes tensors to a file atomically, like {@link #write}, with a checksum of header and data that {@link #requireIntact} compares.
     *
     * @param file the target, replaced if it exists
     * @param tensors arrays by name
     * @param metadata strings for the header; may be empty
     * @throws IOException if it cannot be written
     */
    public static void writeChecksummed(Path file, Map<String, NDArray> tensors, Map<String, String> metadata)
            throws IOException {
        Map<String, String> marked = new TreeMap<>(metadata);
        marked.put(FileChecksum.MARK, "true");
        AtomicFiles.write(file, new SafetensorsWriter(tensors, marked, false, true)::writeTo);
    }

    /**
     * Reads the whole file and compares it with its checksum. A file without a checksum passes.
     *
     * @throws IOException if the file cannot be read
     * @throws InvalidInputException if the file is damaged
     */
    public void requireIntact() throws IOException {
        String expected = header.metadata().get(FileChecksum.KEY);
        if (expected == null) {
            InvalidInputException.require(
                    !header.metadata().containsKey(FileChecksum.MARK),
                    () -> file + " is damaged: its header has no " + FileChecksum.KEY);
            return;
        }
        FileChecksum checksum = new FileChecksum();
        Map<String, String> metadata = new TreeMap<>(header.metadata());
        metadata.remove(FileChecksum.KEY);
        List<PlannedTensor> inOrder = header.tensors().values().stream()
                .map(info -> new PlannedTensor(info.name(), info.type(), info.shape()))
                .toList();
        checksum.add(SafetensorsHeader.bytes(inOrder, metadata));
        long size = channel.size();
        for (long first = header.dataBegin(); first < size; first += CHUNK_BYTES) {
            checksum.write(channel.map(FileChannel.MapMode.READ_ONLY, first, Math.min(CHUNK_BYTES, size - first)));
        }
        if (!checksum.text().equals(expected)) {
            throw new InvalidInputException(file + " is damaged: its checksum is " + checksum.text() + ", expected "
                    + expected + " as in its header");
        }
    }

    /**
     * Creates a writer like that of {@link #write}, for a stream or for {@link AtomicFiles#writeAll}.
     *
     * @param tensors arrays by name, which must stay open until they are written
     * @param metadata strings for the header; may be empty
     * @return the writer
     */
    public static SafetensorsWriter writer(Map<String, NDArray> tensors, Map<String, String> metadata) {
        return new SafetensorsWriter(tensors, metadata, false, false);
    }

    /**
     * Creates a writer that rounds float32 to bfloat16, for which the engine has no array type.
     *
     * @param tensors arrays by name, which must stay open until they are written
     * @param metadata strings for the header; may be empty
     * @return the writer
     */
    public static SafetensorsWriter brainFloatWriter(Map<String, NDArray> tensors, Map<String, String> metadata) {
        return new SafetensorsWriter(tensors, metadata, true, false);
    }

    /**
     * Returns the path of the file.
     *
     * @return the path
     */
    public Path file() {
        return file;
    }

    /**
     * Returns the strings of the header.
     *
     * @return an unmodifiable map, empty if the file has none
     */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /**
     * Returns the names of the tensors.
     *
     * @return an unmodifiable set, in file order
     */
    public Set<String> names() {
        return Collections.unmodifiableSet(header.tensors().keySet());
    }

    /**
     * Returns whether the file has a tensor.
     *
     * @param name its name
     * @return true if it is
     */
    public boolean has(String name) {
        return header.tensors().containsKey(name);
    }

    /**
     * Returns the header entry of a tensor.
     *
     * @param name its name
     * @return type, shape and byte range
     * @throws InvalidInputException if the file has no such tensor
     */
    public TensorInfo info(String name) {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw new InvalidInputException(file + " has no tensor " + name);
        }
        return info;
    }

    /**
     * Loads a tensor into a new array: half precision as float32, other types as {@link StoredType} specifies.
     *
     * @param manager a manager on the target device
     * @param name the tensor's name
     * @return the array, owned by the open {@link Scope} or else by the manager
     * @throws InvalidInputException if there is no such tensor or its type cannot be loaded
     * @throws UncheckedIOException if reading fails
     */
    public NDArray load(NDManager manager, String name) {
        TensorInfo info = info(name);
        StoredType type = info.type();
        if (type.loadedAs() == null) {
            throw new InvalidInputException(file + ": tensor " + name + " is stored as " + type
                    + ", which is not supported; convert it to F32 or I64");
        }
        try (Scope scope = Scope.open()) {
            NDArray target = manager.create(info.shape(), type.loadedAs());
            long entries = info.shape().size();
            NDArray flat = target.reshape(entries);
            long step = CHUNK_BYTES / type.bytes();
            for (long first = 0; first < entries; first += step) {
                copy(info, first, Math.min(entries, first + step), flat);
            }
            return scope.keep(target);
        } catch (IOException failure) {
            throw new UncheckedIOException(file + ": tensor " + name + " cannot be read", failure);
        }
    }

    /**
     * Maps a tensor into memory without reading it. A later disk failure is reported as an error of the JVM.
     *
     * @param name the tensor's name
     * @return its entries
     * @throws IOException if the file cannot be mapped
     * @throws InvalidInputException if there is no such tensor
     */
    public MappedTensor map(String name) throws IOException {
        return MappedTensor.map(channel, info(name), MappedTensor.PIECE_BYTES);
    }

    /**
     * Loads a single number.
     *
     * @param name the name of a tensor with one entry
     * @return the entry
     * @throws InvalidInputException if there is no such tensor, it has more entries or its type is not supported
     * @throws UncheckedIOException if reading fails
     */
    public double scalar(String name) {
        Shape shape = info(name).shape();
        if (shape.size() != 1) {
            throw new InvalidInputException(file + ": tensor " + name + " has shape " + shape + ", expected one entry");
        }
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            return load(manager, name)
                    .toType(DataType.FLOAT64, false)
                    .reshape(1)
                    .getDouble(0);
        }
    }

    /** Copies the entries from {@code first} to {@code last} to the same indices of the target. */
    private void copy(TensorInfo info, long first, long last, NDArray target) throws IOException {
        StoredType type = info.type();
        long begin = info.begin() + first * type.bytes();
        long bytes = (last - first) * type.bytes();
        // Reading a mapping beyond the end of its file would kill the process.
        if (begin + bytes > channel.size()) {
            throw new IOException("the file was truncated after it was opened");
        }
        ByteBuffer stored =
                channel.map(FileChannel.MapMode.READ_ONLY, begin, bytes).order(ByteOrder.LITTLE_ENDIAN);
        try (Scope scope = Scope.open()) {
            // Shares the mapped memory, and keeps the mapping alive to the end of this block.
            NDArray piece = target.getManager().create(type.readable(stored), new Shape(last - first), type.readAs());
            Aten.copy_(target.get(new NDIndex("{}:{}", first, last)), piece);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
