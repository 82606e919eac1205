package dev.assay.activation.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.activation.ActivationBuffer;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.io.Serializable;

/**
 * One shard of a store as a unit of work: its rows, and where they start in the text.
 *
 * <p>A shard has a number of rows, not of contexts, so it can start and end within a forward pass. The pass is part of both units; each
 * keeps its own rows. All passes have the same contexts as in a harvest of the whole text, so the rows have the same bits.
 *
 * @param index the number of the shard, from 0
 * @param first the first row in the store
 * @param rows the number of rows, at least 1
 * @param start the forward pass of the first row, and the index of that row in it
 */
public record HarvestUnit(int index, long first, int rows, ActivationBuffer.Progress start) implements Serializable {
    /** {@return the row after the last one} */
    public long end() {
        return first + rows;
    }

    /** {@return the file name of the shard in a harvest on one machine} */
    public String fileName() {
        return StoredShard.name(first, end());
    }

    /**
     * Returns a file name of the shard that no other attempt uses.
     *
     * @param attempt letters, digits, dots, underscores and hyphens
     * @return the file name
     * @throws dev.assay.InvalidInputException if the attempt has other characters
     */
    public String fileName(String attempt) {
        return StoredShard.name(first, end(), attempt);
    }

    /** {@return the fields of the unit, for {@link #read}} */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper()
                .createObjectNode()
                .put("index", index)
                .put("first", first)
                .put("rows", rows);
        json.set("start", ProgressJson.write(start));
        return json;
    }

    /**
     * Reads a unit.
     *
     * @param json the fields that {@link #toJson} returned
     * @return the unit
     * @throws dev.assay.InvalidInputException if a field is missing or out of range
     */
    public static HarvestUnit read(JsonObject json) {
        return new HarvestUnit(
                json.integer("index"),
                json.count("first"),
                json.positive("rows"),
                ProgressJson.read(json.object("start")));
    }
}
