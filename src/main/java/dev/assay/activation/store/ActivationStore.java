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
import java.util.Arrays;
import java.util.List;

/**
 * Activations on disk, written once and used for any number of training runs.
 *
 * <pre>{@code
 * ActivationStore store = ActivationStore.write(ActivationSource.of(model, points, corpus), folder)
 *         .tokens(50_000_000)
 *         .type(DataType.FLOAT16)
 *         .run();
 * SparseAutoencoder sae = SaeTrainer.of(TopK.of(32)).source(store.source(points.get(0))) …
 * }</pre>
 *
 * <p>A store is a folder of safetensors files, the shards, with one tensor per site, and a manifest. No file is kept open. Several threads
 * may read a store, also while a harvest adds rows; this object has the rows at the time of opening.
 */
public final class ActivationStore {
    /** The name of the manifest, which is written after the shards that it lists. */
    public static final String MANIFEST = ActivationStoreManifest.FILE;

    private final Path folder;
    private final ActivationStoreManifest manifest;
    private final List<ShardFile> shards;
    private final long[] firsts; // the first row of each shard

    private ActivationStore(Path folder, ActivationStoreManifest manifest, List<ShardFile> shards) {
        this.folder = folder;
        this.manifest = manifest;
        this.shards = shards;
        firsts = new long[shards.size()];
        for (int i = 1; i < firsts.length; i++) {
            firsts[i] = firsts[i - 1] + shards.get(i - 1).rows();
        }
    }

    /**
     * Returns whether a folder holds a store.
     *
     * @param folder the folder, which need not exist
     * @return true if it has a manifest
     */
    public static boolean isStore(Path folder) {
        return ActivationStoreManifest.isIn(folder);
    }

    /**
     * Opens a store and checks the manifest and the length, tensor names, types and shapes of each shard, but not the values.
     *
     * @param folder a folder that a {@link Harvest} wrote, complete or not
     * @throws InvalidInputException when the folder is not a store, or the store is damaged
     * @throws IOException when the folder cannot be read
     */
    public static ActivationStore open(Path folder) throws IOException {
        return open(folder, ActivationStoreManifest.read(folder));
    }

    static ActivationStore open(Path folder, ActivationStoreManifest manifest) throws IOException {
        List<ShardFile> shards = new ArrayList<>();
        for (StoredShard shard : manifest.shards()) {
            shards.add(ShardFile.open(folder, manifest.about(), shard));
        }
        return new ActivationStore(folder, manifest, List.copyOf(shards));
    }

    /**
     * Creates a harvest, which writes a store.
     *
     * @param source the activations; at most one epoch is written
     * @param folder a new or empty folder, or a store of the same source to add rows to
     * @return the options of the harvest
     */
    public static Harvest write(ActivationSource source, Path folder) {
        return new Harvest(source, folder);
    }

    /**
     * Joins stores of disjoint parts of one text, such as those of {@linkplain dev.assay.text.Corpus#partition parts of a corpus}.
     *
     * @param stores at least one, in the order of the text, with the same model, sites, type and text; the size of their shards may differ
     * @param folder a new or empty folder, which links the shards, or copies them on file systems without hard links
     * @return the store with the rows of all stores
     * @throws InvalidInputException when the stores are of different sources or overlap, or the folder contains other files
     * @throws IOException when the folder cannot be written; then it does not exist
     */
    public static ActivationStore union(List<ActivationStore> stores, Path folder) throws IOException {
        return new StoreUnion(stores).write(folder);
    }

    /** {@return the folder of the store} */
    public Path folder() {
        return folder;
    }

    /** {@return the number of rows: one per harvested token} */
    public long rows() {
        return manifest.rows();
    }

    /** {@return the size of all shards, in bytes} */
    public long bytes() {
        return manifest.bytes();
    }

    /** {@return whether the store has the requested number of rows, or all rows of the text} */
    public boolean complete() {
        return manifest.complete();
    }

    /** {@return whether the text was read to its end, so that the store cannot grow} */
    public boolean endOfText() {
        return manifest.endOfText();
    }

    /** {@return the names of the sites, in the order of the columns of a row} */
    public List<String> sites() {
        return manifest.about().sites();
    }

    /** {@return the type of the activations on disk, float32 or float16; they are read as float32} */
    public DataType type() {
        return manifest.about().type();
    }

    /** {@return the model, the sites and the text} */
    public Provenance provenance() {
        return manifest.about().provenance();
    }

    /** {@return the {@linkplain ActivationSource#modelHash hash} of the model} */
    public String modelHash() {
        return manifest.about().provenance().model().hash();
    }

    /** {@return a copy of the {@linkplain Harvest#note note} of the writer; empty without one} */
    public ObjectNode note() {
        return manifest.about().note().deepCopy();
    }

    /**
     * Returns a site as a source for training.
     *
     * @throws InvalidInputException when the store lacks the site
     */
    public StoreActivationSource source(String site) {
        return source(List.of(site));
    }

    /**
     * Returns a site as a source for training.
     *
     * @throws InvalidInputException when the store lacks the site
     */
    public StoreActivationSource source(HookPoint point) {
        return source(point.name());
    }

    /**
     * Returns several sites as a source for training. The sites are the columns of a row.
     *
     * @param sites at least one of {@link #sites()}, in any order
     * @throws InvalidInputException when the store lacks a site, or has no rows
     */
    public StoreActivationSource source(List<String> sites) {
        if (rows() == 0) {
            throw new InvalidInputException(folder + " has no rows, expected at least one");
        }
        return new StoreActivationSource(this, require(sites), 0, Device.cpu());
    }

    private List<String> require(List<String> sites) {
        if (sites.isEmpty()) {
            throw new InvalidInputException("the list of sites is empty, expected at least one of " + sites());
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
     * Reads rows in the order of the store, which is the order of the text.
     *
     * @param manager the owner of the rows when no scope is open; its device is used
     * @param from the first row
     * @param to the row after the last one; more than {@code from}
     * @return float32 rows with the columns of all sites
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
     * Reads the tokens of rows, without their activations.
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
                    "rows " + from + " to " + to + " of " + folder + ", expected a range of its " + rows() + " rows");
        }
        List<ShardRows> pieces = new ArrayList<>();
        int found = Arrays.binarySearch(firsts, from);
        for (int i = found >= 0 ? found : -found - 2; i < firsts.length && firsts[i] < to; i++) {
            ShardFile shard = shards.get(i);
            int first = (int) Math.max(0, from - firsts[i]);
            int end = (int) Math.min(shard.rows(), to - firsts[i]);
            pieces.add(shard.read(first, end, sites, shard.room(end - first, sites)));
        }
        return pieces;
    }

    /**
     * Reads all shards and compares their hashes with the manifest.
     *
     * @param progress whether to show a progress bar on the error stream
     * @return one sentence per damaged shard; empty when all shards are intact
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
