package dev.assay.activation.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.StreamPosition;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
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
        String file, int rows, long bytes, String sha256, ActivationBuffer.Progress next, int checksumRows) {
    private static final String CHECKSUM_ROWS = "checksum_rows";
    private static final Pattern NAME = Pattern.compile("rows-\\d{12}-\\d{12}\\.safetensors");

    /** Returns the name of a shard, which has its first row in the store and the row after its last. */
    static String name(long first, long end) {
        return String.format("rows-%012d-%012d.safetensors", first, end);
    }

    static boolean isName(String file) {
        return NAME.matcher(file).matches();
    }

    /** Reads an entry; {@code first} is the first row of the shard in the store. */
    static StoredShard read(JsonObject entry, long first, StoreDescription about) {
        int shardRows = about.shardRows();
        int checksumRows = entry.integer(CHECKSUM_ROWS, 0);
        if (checksumRows < 0 || checksumRows > RowChecksums.MAX_BLOCK_ROWS) {
            throw entry.unexpected(CHECKSUM_ROWS, "from 0 to " + RowChecksums.MAX_BLOCK_ROWS);
        }
        int rows = entry.integer("rows");
        if (rows < 1 || rows > shardRows) {
            throw entry.unexpected("rows", "from 1 to shard_rows, which is " + shardRows);
        }
        String file = entry.text("file");
        if (!file.equals(name(first, first + rows))) {
            throw entry.unexpected("file", "\"" + name(first, first + rows) + "\"");
        }
        JsonObject next = entry.object("next");
        StreamPosition position = new StreamPosition(
                next.count("epoch"), next.count("context"), next.count("document"), next.integer("token"));
        return new StoredShard(
                file,
                rows,
                entry.count("bytes"),
                entry.text("sha256"),
                new ActivationBuffer.Progress(position, next.count("row")),
                checksumRows);
    }

    ObjectNode toJson() {
        ObjectNode json = Json.mapper()
                .createObjectNode()
                .put("file", file)
                .put("rows", rows)
                .put("bytes", bytes)
                .put("sha256", sha256);
        if (checksumRows > 0) {
            json.put(CHECKSUM_ROWS, checksumRows);
        }
        json.putObject("next")
                .put("epoch", next.position().epoch())
                .put("context", next.position().context())
                .put("document", next.position().document())
                .put("token", next.position().token())
                .put("row", next.offset());
        return json;
    }
}
