package dev.assay.activation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.TextPosition;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Batches of activations by their position in the text, in memory and beyond that in a temporary file. Used by one thread at a time. */
final class ActivationMemory implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ActivationMemory.class.getName());
    /** A token, a document and a position. */
    private static final int LABEL_BYTES = 2 * Long.BYTES + Integer.BYTES;

    private final NDManager manager = TorchEngine.newManager(Device.cpu());
    private final Path folder;
    private final Map<TextPosition, Kept> kept = new HashMap<>();
    private long memoryLeft;
    private long fileLeft;
    private TextPosition end; // of the text, null until it is reached
    private ActivationFile file; // null until the memory is full

    /**
     * A batch.
     *
     * @param inMemory the batch, or null for one in the file
     * @param stored the place in the file, or null for a batch in memory
     * @param after the position after the batch
     */
    private record Kept(ActivationRows inMemory, ActivationFile.Place stored, TextPosition after) {}

    /**
     * Creates an empty cache.
     *
     * @param bytes the limit of memory and file together
     * @param memoryBytes the limit of memory
     * @param folder the folder of the file
     */
    ActivationMemory(long bytes, long memoryBytes, Path folder) {
        this.memoryLeft = Math.min(bytes, memoryBytes);
        this.fileLeft = bytes - memoryLeft;
        this.folder = folder;
    }

    /** Returns the position after a batch that {@link #get} has returned. */
    StreamPosition after(StreamPosition before) {
        long epoch = before.epoch() + (before.text().equals(end) ? 1 : 0);
        return StreamPosition.of(epoch, kept.get(key(before.text())).after());
    }

    /** Returns the position of a batch within its epoch: the batch at the end of the text is the first one of the next epoch. */
    private TextPosition key(TextPosition position) {
        return position.equals(end) ? TextPosition.START : position;
    }

    /** Returns a copy of a batch, owned by the open scope; empty if it is not kept or damaged on disk. */
    Optional<ActivationRows> get(TextPosition position) {
        Kept batch = kept.get(key(position));
        if (batch == null) {
            return Optional.empty();
        }
        if (batch.stored() == null) {
            ActivationRows rows = batch.inMemory();
            return Optional.of(
                    new ActivationRows(rows.values().duplicate(), rows.tokens(), rows.documents(), rows.positions()));
        }
        Optional<ActivationRows> rows = file.read(batch.stored(), manager);
        if (rows.isEmpty()) {
            kept.remove(key(position));
            LOG.log(
                    Level.WARNING,
                    "activations in a temporary file of {0} are damaged; they are computed again",
                    folder);
        }
        return rows;
    }

    /** Keeps a copy of a batch if there is room for it. */
    void put(StreamPosition before, ActivationRows rows, StreamPosition after) {
        if (after.epoch() > before.epoch()) {
            end = before.text();
        }
        TextPosition key = key(before.text());
        if (kept.containsKey(key) || rows.values().getDataType() != DataType.FLOAT32) {
            return;
        }
        long bytes = rows.values().size() * Float.BYTES + (long) LABEL_BYTES * rows.tokens().length;
        if (bytes <= memoryLeft) {
            memoryLeft -= bytes;
            NDArray values = Scope.detached(() -> manager.create(rows.values().getShape(), DataType.FLOAT32));
            Aten.copy_(values, rows.values());
            ActivationRows copy = new ActivationRows(values, rows.tokens(), rows.documents(), rows.positions());
            kept.put(key, new Kept(copy, null, after.text()));
        } else if (bytes <= fileLeft) {
            memoryLeft = 0; // later batches go to the file as well, so that the file is read in order
            fileLeft -= bytes;
            try {
                if (file == null) {
                    file = ActivationFile.create(folder);
                }
                kept.put(key, new Kept(null, file.write(rows), after.text()));
            } catch (IOException full) {
                fileLeft = 0;
                LOG.log(
                        Level.WARNING,
                        "activations cannot be kept on disk, so further ones are computed in each epoch: {0}",
                        full.getMessage());
            }
        }
    }

    /** Returns the temporary file, for tests that damage it; null while all batches are in memory. */
    ActivationFile file() {
        return file;
    }

    @Override
    public void close() throws IOException {
        manager.close();
        if (file != null) {
            file.close();
        }
    }
}
