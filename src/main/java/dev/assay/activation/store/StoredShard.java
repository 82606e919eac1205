package dev.assay.activation.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * The entry of one shard in the manifest.
 *
 * @param file the file name
 * @param rows the number of rows, at least 1
 * @param bytes the length of the file
 * @param sha256 the SHA-256 of the file
 * @param next the position of the next row in the source
 * @param checksumRows the number of rows per checksum inside the file; 0 in stores of earlier versions, which have none
 */
public record StoredShard(
        String file, int rows, long bytes, String sha256, ActivationBuffer.Progress next, int checksumRows)
        implements Serializable {
    private static final String CHECKSUM_ROWS = "checksum_rows";
    private static final Pattern NAME = Pattern.compile("rows-\\d{12}-\\d{12}(-[A-Za-z0-9._-]+)?\\.safetensors");

    /** Returns the name of a shard, which has its first row in the store and the row after its last. */
    static String name(long first, long end) {
        return String.format("rows-%012d-%012d.safetensors", first, end);
    }

    /** Returns the name of a shard that one of several attempts wrote. */
    static String name(long first, long end, String attempt) {
        String name = String.format("rows-%012d-%012d-%s.safetensors", first, end, attempt);
        InvalidInputException.require(
                isName(name),
                "the attempt of a shard is \"" + attempt
                        + "\", expected letters, digits, dots, underscores and hyphens");
        return name;
    }

    static boolean isName(String file) {
        return NAME.matcher(file).matches();
    }

    /** Returns whether the file has the name of its rows, without an attempt. */
    boolean hasPlainName(long first) {
        return file.equals(name(first, first + rows));
    }

    /** Reads an entry of a manifest; {@code first} is the first row of the shard in the store. */
    static StoredShard read(JsonObject entry, long first, int shardRows, boolean plainName) {
        int rows = entry.integer("rows");
        if (rows < 1 || rows > shardRows) {
            throw entry.unexpected("rows", "from 1 to shard_rows, which is " + shardRows);
        }
        if (plainName && !entry.text("file").equals(name(first, first + rows))) {
            throw entry.unexpected("file", "\"" + name(first, first + rows) + "\"");
        }
        return read(entry);
    }

    /**
     * Reads an entry.
     *
     * @param entry the fields that {@link #toJson} returned
     * @return the entry
     * @throws InvalidInputException if a field is missing or out of range
     */
    public static StoredShard read(JsonObject entry) {
        int checksumRows = entry.integer(CHECKSUM_ROWS, 0);
        if (checksumRows < 0 || checksumRows > RowChecksums.MAX_BLOCK_ROWS) {
            throw entry.unexpected(CHECKSUM_ROWS, "from 0 to " + RowChecksums.MAX_BLOCK_ROWS);
        }
        int rows = entry.integer("rows");
        if (rows < 1) {
            throw entry.unexpected("rows", "at least 1");
        }
        String file = entry.text("file");
        if (!isName(file)) {
            throw entry.unexpected("file", "the name of a shard, such as \"" + name(0, rows) + "\"");
        }
        return new StoredShard(
                file,
                rows,
                entry.count("bytes"),
                entry.text("sha256"),
                ProgressJson.read(entry.object("next")),
                checksumRows);
    }

    /** {@return the fields of the entry in the manifest} */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper()
                .createObjectNode()
                .put("file", file)
                .put("rows", rows)
                .put("bytes", bytes)
                .put("sha256", sha256);
        if (checksumRows > 0) {
            json.put(CHECKSUM_ROWS, checksumRows);
        }
        json.set("next", ProgressJson.write(next));
        return json;
    }
}
