package dev.assay.activation.store;

import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.ProgressBar;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.ModelActivationSource;
import dev.assay.io.Json;
import dev.assay.text.CorpusIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Writes activations to an {@link ActivationStore}, up to a number of rows or the end of the text.
 *
 * <p>A shard and its entry in the manifest appear together or not at all. On the same machine and with the same number of threads, a harvest
 * that was killed and run again writes the same bytes as an uninterrupted one, and so does a harvest of more rows into an existing store.
 * While the model computes rows, a second thread converts, hashes and writes the previous ones.
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
    private BooleanSupplier stop = () -> false;

    Harvest(ActivationSource source, Path folder) {
        this.source = Objects.requireNonNull(source);
        this.folder = Objects.requireNonNull(folder);
    }

    /**
     * The result of a harvest.
     *
     * @param store the complete store
     * @param before the number of rows before the harvest
     */
    public record Result(ActivationStore store, long before) {
        /** {@return whether rows were added; false when the store was already complete} */
        public boolean added() {
            return store.rows() > before;
        }
    }

    /**
     * Sets the number of rows of the store, including existing ones, at least 1. Required.
     *
     * @return this
     */
    public Harvest tokens(long rows) {
        InvalidInputException.require(rows >= 1, "tokens is " + rows + ", expected at least 1");
        tokens = rows;
        return this;
    }

    /**
     * Sets the number of rows of a shard, at least 1. Default: 128 MiB of rows. A shard is in memory until it is written.
     *
     * @return this
     */
    public Harvest shardRows(int rows) {
        InvalidInputException.require(rows >= 1, "a shard has " + rows + " rows, expected at least 1");
        shardRows = rows;
        return this;
    }

    /**
     * Sets the type of the activations on disk, float32 (the default) or float16.
     *
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
     * Sets a note for the manifest, such as the options of a command. Rows are only added to a store with the same note.
     *
     * @return this
     */
    public Harvest note(ObjectNode fields) {
        note = fields.deepCopy();
        return this;
    }

    /**
     * Sets whether to show a progress bar on the error stream. Default: true.
     *
     * @return this
     */
    public Harvest progress(boolean shown) {
        progress = shown;
        return this;
    }

    /**
     * Sets a condition that ends the harvest early, checked between two passes of the model. Default: none.
     *
     * @param condition such as {@link dev.assay.ShutdownRequest}
     * @return this
     */
    public Harvest stopWhen(BooleanSupplier condition) {
        stop = Objects.requireNonNull(condition);
        return this;
    }

    /**
     * Writes the missing rows.
     *
     * @return the store, and its number of rows before; the store is not complete if the harvest was stopped early
     * @throws InvalidInputException when an option is out of range, the folder contains other files, another process writes to it, or the
     *     store is damaged or has another source
     * @throws IOException when reading the text or writing a shard fails; complete shards are kept, and the next run continues after them
     */
    public Result run() throws IOException {
        requireTokens();
        StoreDescription about = description();
        try (StoreFolder store = StoreFolder.lock(folder)) {
            ActivationStoreManifest manifest = store.begin(about, tokens);
            if (!manifest.complete()) {
                append(manifest);
            }
            return new Result(ActivationStore.open(folder), manifest.rows());
        }
    }

    /**
     * Divides the harvest into units of one shard each, which several processes can write with a {@link ShardWriter}.
     *
     * @param index the {@linkplain ModelActivationSource#index index} of the source
     * @return the units of the whole harvest, independent of the shards that exist
     * @throws InvalidInputException if an option is out of range, the index is of another source, the text is too short for a context, or
     *     activations decide which rows the source has
     * @throws IOException if the text is too short and cannot be read to say so
     */
    public HarvestPlan plan(CorpusIndex index) throws IOException {
        requireTokens();
        if (source instanceof ModelActivationSource model) {
            return HarvestPlan.of(model, description(), tokens, index);
        }
        throw new InvalidInputException(
                "the activations of " + source.provenance().summary()
                        + " decide which rows the source has, expected a source whose rows follow from the tokens; harvest it "
                        + "in one process");
    }

    /**
     * Returns a writer of single shards of this harvest.
     *
     * @return the writer, which ignores the number of tokens and the folder
     * @throws InvalidInputException if an option is out of range
     */
    public ShardWriter shardWriter() {
        return new ShardWriter(source, description());
    }

    private void requireTokens() {
        InvalidInputException.require(tokens >= 1, "the number of tokens is not set, expected at least 1");
    }

    private StoreDescription description() {
        StoreDescription about = StoreDescription.of(source, type, shardRows, note);
        InvalidInputException.require(
                about.shardBytes() <= LARGEST_SHARD,
                "a shard of " + about.shardRows() + " rows would have " + about.shardBytes()
                        + " bytes, expected at most " + LARGEST_SHARD);
        return about;
    }

    private void append(ActivationStoreManifest manifest) throws IOException {
        ActivationBuffer.Progress next = manifest.next();
        ManifestSink sink = new ManifestSink(folder, manifest);
        long first = manifest.rows() - (manifest.endsShort() ? manifest.last().rows() : 0);
        try (ActivationStream stream = source.open(next.position());
                StoreAppender appender = new StoreAppender(manifest.about(), first, tokens, sink);
                ProgressBar bar = progress ? new ProgressBar("harvesting", tokens) : null) {
            if (manifest.endsShort()) {
                appender.load(ShardFile.open(folder, manifest.about(), manifest.last()));
            }
            RowCopy copy = new RowCopy(appender, tokens, stop, true, rows -> {
                if (bar != null) {
                    bar.update(rows, "");
                }
            });
            RowCopy.End end =
                    copy.run(stream, next, manifest.rows(), (pass, known) -> requireSameText(manifest, pass, known));
            if (end.endOfText()) {
                sink.endOfText();
            }
        }
    }

    /** Checks that the text has not changed: the store ends within a pass, so it has the first rows of that pass. */
    private void requireSameText(ActivationStoreManifest manifest, ActivationRows pass, int known) throws IOException {
        int rows = (int) Math.min(known, manifest.rows());
        RowLabels stored = ActivationStore.open(folder).labels(manifest.rows() - rows, manifest.rows());
        boolean same = known <= pass.tokens().length
                && Arrays.equals(stored.tokens(), 0, rows, pass.tokens(), known - rows, known)
                && Arrays.equals(stored.documents(), 0, rows, pass.documents(), known - rows, known)
                && Arrays.equals(stored.positions(), 0, rows, pass.positions(), known - rows, known);
        if (!same) {
            throw new InvalidInputException(folder + " ends with other tokens than the text, so the text has changed; "
                    + "use another folder for the new text");
        }
    }
}
