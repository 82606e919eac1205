package dev.assay.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * An open {@code npz} file of numpy: a zip archive with one array of floating-point numbers per entry, compressed or not. Sizes and
 * checksums are checked before an array is returned. Pickled arrays of objects are rejected like any other unsupported type.
 */
public final class Npz implements AutoCloseable {
    private static final String SUFFIX = ".npy";
    private static final int CHUNK_BYTES = 1 << 22;
    /** Maximum compression ratio of deflate. An entry that claims a higher one is damaged. */
    private static final long LARGEST_RATIO = 1040;

    private final Path file;
    private final ZipFile zip;
    private final TreeMap<String, ZipEntry> entries = new TreeMap<>();

    private Npz(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
        zip.stream().filter(entry -> entry.getName().endsWith(SUFFIX)).forEach(entry -> {
            String name = entry.getName();
            entries.put(name.substring(0, name.length() - SUFFIX.length()), entry);
        });
    }

    /**
     * Opens a file.
     *
     * @param file the file
     * @return the open file
     * @throws IOException if it cannot be read
     * @throws InvalidInputException if it is not a zip archive
     */
    public static Npz open(Path file) throws IOException {
        try {
            return new Npz(file, new ZipFile(file.toFile()));
        } catch (ZipException malformed) {
            throw new InvalidInputException(
                    file + " is not a complete zip archive, expected an npz file of numpy", malformed);
        }
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
     * Returns the names of the arrays.
     *
     * @return an unmodifiable set, in alphabetical order
     */
    public Set<String> names() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /**
     * Returns the shape of an array.
     *
     * @param name its name
     * @return the shape; empty for a scalar
     * @throws InvalidInputException if there is no such array, or its header is unusable
     * @throws UncheckedIOException if reading fails
     */
    public Shape shape(String name) {
        try (InputStream in = zip.getInputStream(entry(name))) {
            return NpyHeader.read(in, label(name)).shape();
        } catch (IOException failure) {
            throw unreadable(name, failure);
        }
    }

    /**
     * Loads an array: float16 as float32, float32 and float64 unchanged.
     *
     * @param manager a manager on the target device
     * @param name the array's name
     * @return the array in row-major order, owned by the open {@link Scope} or else by the manager
     * @throws InvalidInputException if there is no such array, it is damaged, or its type is unsupported
     * @throws UncheckedIOException if reading fails
     */
    public NDArray load(NDManager manager, String name) {
        ZipEntry entry = entry(name);
        CRC32 checksum = new CRC32();
        try (Scope scope = Scope.open();
                InputStream in = new CheckedInputStream(zip.getInputStream(entry), checksum)) {
            NpyHeader header = NpyHeader.read(in, label(name));
            checkSize(name, entry, header);
            NDArray array = array(manager, header, in);
            if (checksum.getValue() != entry.getCrc()) {
                throw new InvalidInputException(label(name) + " is damaged: its checksum does not match");
            }
            return scope.keep(array);
        } catch (IOException failure) {
            throw unreadable(name, failure);
        }
    }

    private void checkSize(String name, ZipEntry entry, NpyHeader header) {
        long expected = header.dataBytes(label(name));
        long found = entry.getSize() - header.length();
        if (found != expected) {
            throw new InvalidInputException(label(name) + " has " + found + " bytes of data, expected " + expected
                    + " for " + header.type() + " " + header.shape());
        }
        if (expected / LARGEST_RATIO > entry.getCompressedSize()) {
            throw new InvalidInputException(label(name) + " claims to have " + expected + " bytes in "
                    + entry.getCompressedSize() + " compressed bytes, which is more than deflate can achieve");
        }
    }

    private static NDArray array(NDManager manager, NpyHeader header, InputStream in) throws IOException {
        long[] extents = header.shape().getShape();
        if (!header.columnsFirst() || extents.length < 2) {
            return fill(manager.create(header.shape(), header.type().loadedAs()), header.type(), in);
        }
        long[] reversed = new long[extents.length];
        for (int i = 0; i < extents.length; i++) {
            reversed[i] = extents[extents.length - 1 - i];
        }
        NDArray columns = manager.create(new Shape(reversed), header.type().loadedAs());
        return Aten.contiguous(fill(columns, header.type(), in).transpose());
    }

    private static NDArray fill(NDArray target, StoredType type, InputStream in) throws IOException {
        long entriesLeft = target.size();
        NDArray flat = target.reshape(entriesLeft);
        ReadableByteChannel channel = Channels.newChannel(in);
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long done = 0;
        while (entriesLeft > 0) {
            int count = (int) Math.min(entriesLeft, CHUNK_BYTES / type.bytes());
            chunk.clear().limit(count * type.bytes());
            while (chunk.hasRemaining()) {
                if (channel.read(chunk) < 0) {
                    throw new EOFException("the data ends before the last entry");
                }
            }
            chunk.flip();
            try (Scope scope = Scope.open()) {
                NDArray piece = target.getManager().create(type.readable(chunk), new Shape(count), type.readAs());
                Aten.copy_(flat.get(new NDIndex("{}:{}", done, done + count)), piece);
            }
            done += count;
            entriesLeft -= count;
        }
        return target;
    }

    private RuntimeException unreadable(String name, IOException failure) {
        boolean damaged = failure instanceof EOFException || failure instanceof ZipException;
        return damaged
                ? new InvalidInputException(label(name) + " is damaged: " + failure.getMessage(), failure)
                : new UncheckedIOException(label(name) + " cannot be read", failure);
    }

    private ZipEntry entry(String name) {
        ZipEntry entry = entries.get(name);
        if (entry == null) {
            throw new InvalidInputException(file + " has no array " + name);
        }
        return entry;
    }

    private String label(String name) {
        return file + ": array " + name;
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
