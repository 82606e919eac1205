package dev.assay.activation.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.io.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The manifest of a store, {@code activations.json}. Files that it does not list are not part of the store. In version 1 each file has the
 * name of its rows, and all shards except the last have {@code shardRows} rows; version 2, for other stores, has neither rule.
 *
 * @param about the properties that determine the content of the shards
 * @param asked the number of rows requested last
 * @param endOfText whether the store has all rows of the text
 * @param shards the shards in order
 */
public record ActivationStoreManifest(StoreDescription about, long asked, boolean endOfText, List<StoredShard> shards) {
    static final String FILE = "activations.json";

    private static final String FORMAT = "assay-activations";
    private static final int UNIFORM = 1;
    private static final int MIXED = 2;
    private static final String CHECKSUM = "sha256";

    static ActivationStoreManifest begin(StoreDescription about, long asked) {
        return new ActivationStoreManifest(about, asked, false, List.of());
    }

    long rows() {
        return shards.stream().mapToLong(StoredShard::rows).sum();
    }

    long bytes() {
        return shards.stream().mapToLong(StoredShard::bytes).sum();
    }

    boolean complete() {
        return endOfText || rows() >= asked;
    }

    /** Returns whether the last shard has space for more rows. */
    boolean endsShort() {
        return !shards.isEmpty() && last().rows() < about.shardRows();
    }

    StoredShard last() {
        return shards.get(shards.size() - 1);
    }

    /** Returns the position of the next row in the source. */
    ActivationBuffer.Progress next() {
        return shards.isEmpty() ? ActivationBuffer.Progress.START : last().next();
    }

    ActivationStoreManifest asking(long rows) {
        return new ActivationStoreManifest(about, rows, endOfText, shards);
    }

    ActivationStoreManifest ended() {
        return new ActivationStoreManifest(about, asked, true, shards);
    }

    /** Returns this manifest with one more shard, which replaces an incomplete last shard. */
    ActivationStoreManifest with(StoredShard shard) {
        List<StoredShard> all = new ArrayList<>(endsShort() ? shards.subList(0, shards.size() - 1) : shards);
        all.add(shard);
        return new ActivationStoreManifest(about, asked, endOfText, List.copyOf(all));
    }

    void write(Path folder) throws IOException {
        AtomicFiles.writeString(folder.resolve(FILE), text());
    }

    /** Returns whether all shards have plain names, and all except the last the same number of rows. */
    private boolean uniform() {
        long first = 0;
        for (StoredShard shard : shards) {
            if (!shard.hasPlainName(first) || first % about.shardRows() != 0) {
                return false;
            }
            first += shard.rows();
        }
        return true;
    }

    String text() {
        ObjectNode json = Json.mapper()
                .createObjectNode()
                .put("format", FORMAT)
                .put("format_version", uniform() ? UNIFORM : MIXED);
        json.setAll(about.toJson());
        json.put("asked_rows", asked)
                .put("rows", rows())
                .put("bytes", bytes())
                .put("complete", complete())
                .put("end_of_text", endOfText);
        var list = json.putArray("shards");
        shards.forEach(shard -> list.add(shard.toJson()));
        json.put(CHECKSUM, checksum(json));
        return Json.pretty(json);
    }

    private static String checksum(ObjectNode json) {
        return new Sha256().add(json.deepCopy().without(CHECKSUM).toString()).hex();
    }

    static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(FILE));
    }

    static ActivationStoreManifest read(Path folder) throws IOException {
        if (!isIn(folder)) {
            throw new InvalidInputException(
                    folder + " has no " + FILE + ", expected a folder written by assay harvest");
        }
        JsonObject json = JsonObject.read(folder.resolve(FILE));
        if (!json.text("format").equals(FORMAT)) {
            throw json.unexpected("format", FORMAT);
        }
        int version = json.integer("format_version");
        if (version != UNIFORM && version != MIXED) {
            throw json.unexpected("format_version", UNIFORM + " or " + MIXED);
        }
        if (!json.text(CHECKSUM).equals(checksum(json.node()))) {
            throw new InvalidInputException(
                    json.file() + " was edited after it was written: its " + CHECKSUM + " does not match its contents");
        }
        StoreDescription about = StoreDescription.read(json);
        List<StoredShard> shards = new ArrayList<>();
        long rows = 0;
        for (JsonObject entry : json.objects("shards")) {
            if (version == UNIFORM
                    && !shards.isEmpty()
                    && shards.get(shards.size() - 1).rows() < about.shardRows()) {
                throw json.unexpected("shards", "shard_rows rows in every shard but the last");
            }
            shards.add(StoredShard.read(entry, rows, about.shardRows(), version == UNIFORM));
            rows += shards.get(shards.size() - 1).rows();
        }
        if (json.count("rows") != rows) {
            throw json.unexpected("rows", rows + ", the sum over its shards");
        }
        return new ActivationStoreManifest(
                about, json.count("asked_rows"), json.bool("end_of_text"), List.copyOf(shards));
    }
}
