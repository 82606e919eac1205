package dev.assay.activation.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ModelActivationSource;
import dev.assay.activation.StreamPosition;
import dev.assay.text.CorpusIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The shards of a harvest as units of work. Options of the harvest and the text decide them, never the number of processes, so any grouping
 * of units writes the same shards as {@link Harvest#run} does on one machine.
 *
 * <p>The number of rows of a shard is that of {@link Harvest#shardRows}. It need not be a whole number of contexts: special tokens have no
 * rows. The index of the corpus counts the rows of each forward pass, so the pass and the row with which each shard starts are known in
 * advance ({@link HarvestUnit}). Stores of earlier versions have the same shards, so their units are those that are missing.
 */
public final class HarvestPlan {
    private final StoreDescription about;
    private final long asked;
    private final boolean endOfText;
    private final List<HarvestUnit> units;

    private HarvestPlan(StoreDescription about, long asked, boolean endOfText, List<HarvestUnit> units) {
        this.about = about;
        this.asked = asked;
        this.endOfText = endOfText;
        this.units = units;
    }

    static HarvestPlan of(ModelActivationSource source, StoreDescription about, long asked, CorpusIndex index)
            throws IOException {
        index.requireSame(source.corpus(), source.split());
        InvalidInputException.require(
                index.selection().equals(source.selection()),
                () -> "the index counts " + index.selection() + ", expected " + source.selection());
        InvalidInputException.require(
                index.stride() == source.contextsPerPass(),
                () -> "the index has a position every " + index.stride() + " contexts, expected one for each pass of "
                        + source.contextsPerPass() + " contexts");
        index.requireContext(source.corpus());
        long rows = Math.min(asked, index.selected());
        List<HarvestUnit> units = new ArrayList<>();
        int pass = 0;
        for (long first = 0; first < rows; first += about.shardRows()) {
            // The last position with at most this number of rows before it, but before any passes without rows.
            while (pass + 1 < index.entries() && index.selectedBefore(pass + 1) <= first) {
                pass++;
            }
            int start = pass;
            while (start > 0 && index.selectedBefore(start - 1) == index.selectedBefore(pass)) {
                start--;
            }
            units.add(new HarvestUnit(
                    units.size(),
                    first,
                    (int) Math.min(about.shardRows(), rows - first),
                    new ActivationBuffer.Progress(
                            StreamPosition.of(0, index.position(start)), first - index.selectedBefore(start))));
        }
        return new HarvestPlan(about, asked, index.selected() < asked, List.copyOf(units));
    }

    /** {@return the units in the order of the text} */
    public List<HarvestUnit> units() {
        return units;
    }

    /** {@return the number of rows of the store} */
    public long rows() {
        return units.stream().mapToLong(HarvestUnit::rows).sum();
    }

    /** {@return whether the text has fewer rows than requested} */
    public boolean endOfText() {
        return endOfText;
    }

    /** {@return the fields of the manifest that decide the content of the shards} */
    public ObjectNode toJson() {
        return about.toJson().put("asked_rows", asked).put("rows", rows()).put("end_of_text", endOfText);
    }

    /**
     * Writes the manifest of a store whose shards are in the folder. Only one process may do so.
     *
     * @param folder a folder with the files of all shards
     * @param shards one entry per unit, in the order of the units
     * @return the store
     * @throws InvalidInputException if a unit has no shard, or a shard has other rows or another length than its entry
     * @throws IOException if the manifest cannot be written
     */
    public ActivationStore write(Path folder, List<StoredShard> shards) throws IOException {
        ActivationStoreManifest manifest = manifest(shards);
        try (StoreFolder locked = StoreFolder.adopt(folder)) {
            ActivationStore.open(folder, manifest);
            manifest.write(folder);
        }
        return ActivationStore.open(folder);
    }

    /**
     * Returns the text of the manifest, for a store on a file system that this process does not mount. It is written after all shards, as
     * {@link ActivationStore#MANIFEST}.
     *
     * @param shards one entry per unit, in the order of the units
     * @return JSON
     * @throws InvalidInputException if a unit has no shard, or a shard has other rows
     */
    public String manifestText(List<StoredShard> shards) {
        return manifest(shards).text();
    }

    private ActivationStoreManifest manifest(List<StoredShard> shards) {
        InvalidInputException.require(
                shards.size() == units.size(),
                () -> "the store has " + shards.size() + " shards, expected " + units.size() + ", one for each unit");
        for (HarvestUnit unit : units) {
            StoredShard shard = shards.get(unit.index());
            InvalidInputException.require(
                    shard.file()
                                    .startsWith(unit.fileName()
                                            .substring(0, unit.fileName().lastIndexOf('.')))
                            && shard.rows() == unit.rows(),
                    () -> "shard " + unit.index() + " is " + shard.file() + " with " + shard.rows() + " rows, expected "
                            + unit.fileName() + " with " + unit.rows());
        }
        return new ActivationStoreManifest(about, asked, endOfText, List.copyOf(shards));
    }
}
