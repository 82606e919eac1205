package dev.assay.activation.store;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.ProgressBar;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationSource;
import dev.assay.io.Sha256;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.Provenance;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Activations on disk: harvested once, trained on any number of times.
 *
 * <pre>{@code
 * ActivationStore store = ActivationStore.write(ActivationSource.of(model, points, corpus), folder)
 *         .tokens(50_000_000)
 *         .type(DataType.FLOAT16)
 *         .run();
 * SparseAutoencoder sae = SaeTrainer.of(TopK.of(32)).source(store.source(points.get(0))) …
 * }</pre>
 *
 * <p>A store is a folder of safetensors files with a tensor a site, and a table of contents. It holds no open file, and may be read by
 * several threads, also while it grows: this sees the rows there were when it was opened.
 */
public final class ActivationStore {
    private final Path folder;
    private final ActivationStoreManifest manifest;
    private final List<ShardFile> shards;

    private ActivationStore(Path folder, ActivationStoreManifest manifest, List<ShardFile> shards) {
        this.folder = folder;
        this.manifest = manifest;
        this.shards = shards;
    }

    /**
     * Opens a store and checks everything but the values: the table of contents, and length, names, types and shapes of each shard.
     *
     * @param folder what a {@link Harvest} has written, finished or not
     * @return the store
     * @throws InvalidInputException when it is no store, or is damaged
     * @throws IOException when it cannot be read
     */
    public static ActivationStore open(Path folder) throws IOException {
        ActivationStoreManifest manifest = ActivationStoreManifest.read(folder);
        List<ShardFile> shards = new ArrayList<>();
        for (StoredShard shard : manifest.shards()) {
            shards.add(ShardFile.open(folder, manifest.about(), shard));
        }
        return new ActivationStore(folder, manifest, List.copyOf(shards));
    }

    /**
     * Starts to describe what is to be written.
     *
     * @param source what to write; one epoch of it at most
     * @param folder new, empty, or with a store of the same source that is to be continued
     * @return the options
     */
    public static Harvest write(ActivationSource source, Path folder) {
        return new Harvest(source, folder);
    }

    /**
     * Returns where the store is.
     *
     * @return the folder that was opened
     */
    public Path folder() {
        return folder;
    }

    /**
     * Returns the number of rows.
     *
     * @return how many tokens were harvested
     */
    public long rows() {
        return manifest.rows();
    }

    /**
     * Returns the size of all shards.
     *
     * @return bytes
     */
    public long bytes() {
        return manifest.bytes();
    }

    /**
     * Tells whether the store has all rows that were asked for, or all that the text gives.
     *
     * @return false for a store whose writing was interrupted
     */
    public boolean complete() {
        return manifest.complete();
    }

    /**
     * Tells whether the text has been read to its end.
     *
     * @return true if the store cannot grow
     */
    public boolean endOfText() {
        return manifest.endOfText();
    }

    /**
     * Returns the sites.
     *
     * @return their names, in the order in which they stand side by side in a row
     */
    public List<String> sites() {
        return manifest.about().sites();
    }

    /**
     * Returns the type of the activations on disk. They are read as float32 whatever it is.
     *
     * @return float32 or float16
     */
    public DataType type() {
        return manifest.about().type();
    }

    /**
     * Returns where the activations are from.
     *
     * @return model, sites and text
     */
    public Provenance provenance() {
        return manifest.about().provenance();
    }

    /**
     * Returns what the model can be known by.
     *
     * @return the {@linkplain ActivationSource#modelHash hash} of what computed the activations
     */
    public String modelHash() {
        return manifest.about().provenance().model().hash();
    }

    /**
     * Returns what the writer {@linkplain Harvest#note noted} beside.
     *
     * @return a copy; empty where nothing was noted
     */
    public ObjectNode note() {
        return manifest.about().note().deepCopy();
    }

    /**
     * Returns a site as a source to train on.
     *
     * @param site its name
     * @return the source
     * @throws InvalidInputException when the store lacks it
     */
    public StoreActivationSource source(String site) {
        return source(List.of(site));
    }

    /**
     * Returns a site as a source to train on.
     *
     * @param point the site
     * @return the source
     * @throws InvalidInputException when the store lacks it
     */
    public StoreActivationSource source(HookPoint point) {
        return source(point.name());
    }

    /**
     * Returns sites as a source whose rows hold them side by side.
     *
     * @param sites at least one of {@link #sites()}, in any order
     * @return the source
     * @throws InvalidInputException when the store lacks one, or has no rows yet
     */
    public StoreActivationSource source(List<String> sites) {
        if (rows() == 0) {
            throw new InvalidInputException(folder + " has no rows yet, expected some to train on");
        }
        return new StoreActivationSource(this, require(sites), 0, Device.cpu());
    }

    private List<String> require(List<String> sites) {
        if (sites.isEmpty()) {
            throw new InvalidInputException("no site was given, expected at least one of " + sites());
        }
        for (String site : sites) {
            if (!sites().contains(site)) {
                throw new InvalidInputException(
                        folder + " has no site " + site + ", expected one of " + String.join(", ", sites()));
            }
        }
        return List.copyOf(sites);
    }

    /**
     * Returns rows as they lie in the store, which is the order of the text.
     *
     * @param manager gives the device
     * @param from the first row
     * @param to the row after the last one; more than {@code from}
     * @return the rows, all sites side by side in float32, owned by the open scope or else the manager
     * @throws IOException when a shard cannot be read
     */
    public ActivationRows rows(NDManager manager, long from, long to) throws IOException {
        List<ShardRows> pieces = pieces(from, to, sites());
        RowLabels labels = RowLabels.join(pieces);
        try (Scope scope = Scope.open()) {
            NDList values = new NDList();
            pieces.forEach(piece -> values.add(piece.toRows(manager).values()));
            NDArray joined = scope.keep(values.size() == 1 ? values.get(0) : NDArrays.concat(values, 0));
            return new ActivationRows(joined, labels.tokens(), labels.documents(), labels.positions());
        }
    }

    /**
     * Returns what rows stand at, without reading the activations.
     *
     * @param from the first row
     * @param to the row after the last one; more than {@code from}
     * @return tokens, documents and positions
     * @throws IOException when a shard cannot be read
     */
    public RowLabels labels(long from, long to) throws IOException {
        return RowLabels.join(pieces(from, to, List.of()));
    }

    private List<ShardRows> pieces(long from, long to, List<String> sites) throws IOException {
        if (from < 0 || from >= to || to > rows()) {
            throw new InvalidInputException(
                    "rows " + from + " to " + to + " of " + folder + ", expected some of its " + rows() + " rows");
        }
        int shardRows = manifest.about().shardRows();
        List<ShardRows> pieces = new ArrayList<>();
        for (long row = from; row < to; row += pieces.get(pieces.size() - 1).tokens().length) {
            ShardFile shard = shards.get((int) (row / shardRows));
            int first = (int) (row % shardRows);
            int end = (int) Math.min(shard.rows(), first + to - row);
            pieces.add(shard.read(first, end, sites, shard.room(end - first, sites)));
        }
        return pieces;
    }

    /**
     * Reads every byte and compares each shard with its hash, which {@link #open} does not.
     *
     * @param progress whether a progress bar is drawn on the error stream
     * @return a sentence for each shard that is damaged, none for a sound store
     * @throws IOException when a shard cannot be read
     */
    public List<String> verify(boolean progress) throws IOException {
        List<String> damages = new ArrayList<>();
        long rows = 0;
        try (ProgressBar bar = progress ? new ProgressBar("verifying", rows()) : null) {
            for (StoredShard shard : manifest.shards()) {
                Path file = folder.resolve(shard.file());
                String found = Sha256.of(file);
                if (!found.equals(shard.sha256())) {
                    damages.add(file + " has the SHA-256 " + found + ", expected " + shard.sha256() + " ("
                            + ActivationStoreManifest.FILE + ")");
                }
                rows += shard.rows();
                if (bar != null) {
                    bar.update(rows, shard.file());
                }
            }
        }
        return damages;
    }

    List<ShardFile> shards() {
        return shards;
    }

    /** {@return the manifest} */
    public ActivationStoreManifest manifest() {
        return manifest;
    }
}
