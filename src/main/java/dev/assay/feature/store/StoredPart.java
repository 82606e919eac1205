package dev.assay.feature.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.io.Sha256;
import dev.assay.text.ContextRange;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The record of the file of a part of a feature store.
 *
 * @param range the contexts that the part was collected from
 * @param tokens the number of tokens in the statistics
 * @param bytes the length of the file
 * @param sha256 the SHA-256 of the file
 */
public record StoredPart(ContextRange range, long tokens, long bytes, String sha256) implements Serializable {
    static StoredPart of(Path file, ContextRange range, long tokens) throws IOException {
        return new StoredPart(range, tokens, Files.size(file), Sha256.of(file));
    }

    /**
     * Compares a file with this record.
     *
     * @param file the file of the part, or a copy
     * @throws IOException if it cannot be read
     * @throws InvalidInputException if it has another length or hash
     */
    public void verify(Path file) throws IOException {
        long found = Files.size(file);
        InvalidInputException.require(
                found == bytes,
                () -> file + " has " + found + " bytes, expected " + bytes + " for the part of " + range);
        String hash = Sha256.of(file);
        InvalidInputException.require(
                hash.equals(sha256),
                () -> file + " has the SHA-256 " + hash + ", expected " + sha256 + " for the part of " + range);
    }

    /** {@return the fields of the record, for {@link #read}} */
    public ObjectNode toJson() {
        return Json.mapper()
                .createObjectNode()
                .put("from", range.from())
                .put("to", range.to())
                .put("tokens", tokens)
                .put("bytes", bytes)
                .put("sha256", sha256);
    }

    /**
     * Reads a record.
     *
     * @param json the fields that {@link #toJson} returned
     * @return the record
     * @throws InvalidInputException if a field is missing or out of range
     */
    public static StoredPart read(JsonObject json) {
        return new StoredPart(
                new ContextRange(json.count("from"), json.count("to")),
                json.count("tokens"),
                json.count("bytes"),
                json.text("sha256"));
    }
}
