package dev.assay.activation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.io.ScratchFile;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;

/** A temporary file of activations in float32. Each batch has a CRC-32C, which is verified when it is read. */
final class ActivationFile implements AutoCloseable {
    static final String NAME = "activations";

    private final ScratchFile file;
    private long end;
    private ByteBuffer room = ByteBuffer.allocateDirect(0);

    /**
     * A batch in the file: values [rows, width], followed by tokens, documents and positions.
     *
     * @param position file position of the first byte
     * @param bytes the number of bytes
     * @param rows the number of rows
     * @param width the width of a row
     * @param checksum the CRC-32C of the bytes
     */
    record Place(long position, int bytes, int rows, int width, int checksum) {}

    private ActivationFile(ScratchFile file) {
        this.file = file;
    }

    /** Creates an empty file in a folder. */
    static ActivationFile create(Path folder) throws IOException {
        return new ActivationFile(ScratchFile.create(folder, NAME));
    }

    /** Appends a batch. */
    Place write(ActivationRows rows) throws IOException {
        int count = rows.tokens().length;
        ByteBuffer bytes = room(Math.toIntExact(rows.values().size() * Float.BYTES) + labelBytes(count));
        bytes.put(rows.values().toByteBuffer(true));
        for (int i = 0; i < count; i++) {
            bytes.putLong(rows.tokens()[i]).putLong(rows.documents()[i]).putInt(rows.positions()[i]);
        }
        bytes.flip();
        Place place = new Place(
                end, bytes.remaining(), count, (int) rows.values().getShape().get(1), checksum(bytes));
        file.write(bytes, end);
        end += place.bytes();
        return place;
    }

    /** Returns a batch, owned by the open scope; empty if its bytes have changed or cannot be read. */
    Optional<ActivationRows> read(Place place, NDManager manager) {
        ByteBuffer bytes = room(place.bytes());
        try {
            file.read(bytes, place.position());
        } catch (IOException unreadable) {
            return Optional.empty();
        }
        bytes.flip();
        if (checksum(bytes) != place.checksum()) {
            return Optional.empty();
        }
        Shape shape = new Shape(place.rows(), place.width());
        int valueBytes = place.bytes() - labelBytes(place.rows());
        try (Scope scope = Scope.open()) {
            NDArray values = manager.create(shape, DataType.FLOAT32);
            // The second array shares the memory of the bytes.
            ByteBuffer stored = bytes.slice(0, valueBytes).order(ByteOrder.nativeOrder());
            Aten.copy_(values, manager.create(stored, shape, DataType.FLOAT32));
            long[] tokens = new long[place.rows()];
            long[] documents = new long[place.rows()];
            int[] positions = new int[place.rows()];
            bytes.position(valueBytes);
            for (int i = 0; i < place.rows(); i++) {
                tokens[i] = bytes.getLong();
                documents[i] = bytes.getLong();
                positions[i] = bytes.getInt();
            }
            return Optional.of(new ActivationRows(scope.keep(values), tokens, documents, positions));
        }
    }

    /** Returns the file itself. */
    ScratchFile scratch() {
        return file;
    }

    private static int labelBytes(int rows) {
        return rows * (2 * Long.BYTES + Integer.BYTES);
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.duplicate());
        return (int) checksum.getValue();
    }

    /** Returns memory for a batch, which the next call reuses. */
    private ByteBuffer room(int bytes) {
        if (room.capacity() < bytes) {
            room = ByteBuffer.allocateDirect(bytes);
        }
        return room.clear().limit(bytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
