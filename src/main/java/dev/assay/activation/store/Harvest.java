package dev.assay.activation.store;

import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.ProgressBar;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.StreamPosition;
import dev.assay.io.Json;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * Writes activations to an {@link ActivationStore}, up to a number of rows or the end of the text.
 *
 * <p>Each shard appears whole and with its entry in the table of contents, or not at all. A harvest that was killed at any moment and
 * is run again leaves the shards, byte for byte, of one that was not, on the same machine and number of threads; so does one that is
 * asked for more rows later. While the model makes the next rows, another thread narrows, hashes and writes those before.
 */
public final class Harvest {
    private static final long LARGEST_SHARD = 1L << 30;

    private final ActivationSource source;
    private final Path folder;
    private long tokens;
    private int shardRows;
    private DataType type = DataType.FLOAT32;
    private ObjectNode note = Json.mapper().createObjectNode();
    private boolean progress = true;

    Harvest(ActivationSource source, Path folder) {
        this.source = Objects.requireNonNull(source);
        this.folder = Objects.requireNonNull(folder);
    }

    /**
     * What a harvest did.
     *
     * @param store the store, complete
     * @param before the rows that it had
     */
    public record Result(ActivationStore store, long before) {
        /**
         * Tells whether there was anything to do.
         *
         * @return false when the store was complete already
         */
        public boolean added() {
            return store.rows() > before;
        }
    }

    /**
     * Sets the number of rows of the store, those that it has counted. Required.
     *
     * @param rows at least 1
     * @return this
     */
    public Harvest tokens(long rows) {
        InvalidInputException.require(rows >= 1, "tokens is " + rows + ", expected at least 1");
        tokens = rows;
        return this;
    }

    /**
     * Sets the rows of a shard; as many as make 128 MiB unless set. They are in memory once, until the shard is written.
     *
     * @param rows at least 1
     * @return this
     */
    public Harvest shardRows(int rows) {
        InvalidInputException.require(rows >= 1, "a shard has " + rows + " rows, expected at least 1");
        shardRows = rows;
        return this;
    }

    /**
     * Sets the type of the activations on disk; float32 unless set.
     *
     * @param onDisk float32 or float16
     * @return this
     */
    public Harvest type(DataType onDisk) {
        InvalidInputException.require(
                onDisk == DataType.FLOAT32 || onDisk == DataType.FLOAT16,
                "the type on disk is " + onDisk + ", expected float32 or float16");
        type = onDisk;
        return this;
    }

    /**
     * Sets what the table of contents keeps beside, such as the options of a command. A store is only continued with the same note.
     *
     * @param fields any
     * @return this
     */
    public Harvest note(ObjectNode fields) {
        note = fields.deepCopy();
        return this;
    }

    /**
     * Sets whether a progress bar is drawn on the error stream; it is unless set.
     *
     * @param shown whether it is
     * @return this
     */
    public Harvest progress(boolean shown) {
        progress = shown;
        return this;
    }

    /**
     * Writes what is missing.
     *
     * @return the store, and how many rows it had before
     * @throws InvalidInputException when an option does not fit, the folder holds something else, another process writes there, or the
     *     store is damaged or of another source
     * @throws IOException when the text cannot be read or a shard not written; the shards before stay, and the next run goes on
     */
    public Result run() throws IOException {
        InvalidInputException.require(tokens >= 1, "the number of tokens was not set, expected at least 1");
        StoreDescription about = StoreDescription.of(source, type, shardRows, note);
        InvalidInputException.require(
                about.shardBytes() <= LARGEST_SHARD,
                "a shard of " + about.shardRows() + " rows would have " + about.shardBytes()
                        + " bytes, expected at most " + LARGEST_SHARD);
        try (StoreFolder store = StoreFolder.lock(folder)) {
            ActivationStoreManifest manifest = store.begin(about, tokens);
            if (!manifest.complete()) {
                append(manifest);
            }
            return new Result(ActivationStore.open(folder), manifest.rows());
        }
    }

    private void append(ActivationStoreManifest manifest) throws IOException {
        long rows = manifest.rows();
        ActivationBuffer.Progress next = manifest.next();
        try (ActivationStream stream = source.open(next.position());
                StoreAppender appender = new StoreAppender(folder, manifest);
                ProgressBar bar = progress ? new ProgressBar("harvesting", tokens) : null) {
            boolean endOfText = false;
            while (rows < tokens) {
                StreamPosition at = stream.position();
                ActivationRows pass = detached(stream);
                int passRows = pass.tokens().length;
                if (stream.position().epoch() > StreamPosition.START.epoch()) {
                    pass.values().close();
                    endOfText = true;
                    break;
                }
                int from = (int) next.offset();
                if (from > 0) {
                    requireSameText(manifest, pass, from);
                }
                int to = (int) Math.min(passRows, from + tokens - rows);
                appender.append(pass, at, stream.position(), from, to);
                rows += to - from;
                next = to == passRows
                        ? new ActivationBuffer.Progress(stream.position(), 0)
                        : new ActivationBuffer.Progress(at, to);
                if (bar != null) {
                    bar.update(rows, "");
                }
            }
            appender.finish(next, endOfText);
        }
    }

    /** The next pass; no scope owns its values. */
    private static ActivationRows detached(ActivationStream stream) throws IOException {
        ActivationRows[] pass = new ActivationRows[1];
        try {
            Scope.detached(() -> {
                try {
                    pass[0] = stream.next();
                    return pass[0].values();
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
        return pass[0];
    }

    /** The store ends within a pass, whose first rows it has: they tell whether the text is still the same. */
    private void requireSameText(ActivationStoreManifest manifest, ActivationRows pass, int known) throws IOException {
        int rows = (int) Math.min(known, manifest.rows());
        RowLabels stored = ActivationStore.open(folder).labels(manifest.rows() - rows, manifest.rows());
        boolean same = known <= pass.tokens().length
                && Arrays.equals(stored.tokens(), 0, rows, pass.tokens(), known - rows, known)
                && Arrays.equals(stored.documents(), 0, rows, pass.documents(), known - rows, known)
                && Arrays.equals(stored.positions(), 0, rows, pass.positions(), known - rows, known);
        if (!same) {
            pass.values().close();
            throw new InvalidInputException(folder + " ends with tokens that the text no longer has there; "
                    + "it has changed since, use another folder");
        }
    }
}
