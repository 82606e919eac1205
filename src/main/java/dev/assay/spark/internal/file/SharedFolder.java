package dev.assay.spark.internal.file;

import dev.assay.InvalidInputException;
import dev.assay.io.JsonObject;
import dev.assay.io.Sha256;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * An immutable folder of a Hadoop file system that all tasks of a job read as a local folder. A folder of another file system than the local
 * one is copied to each host once, see {@link HostCache}.
 *
 * @param uri the folder
 * @param files its files
 */
public record SharedFolder(String uri, List<Entry> files) implements Serializable {
    /**
     * A file of the folder.
     *
     * @param name the name, relative to the folder
     * @param bytes its length
     * @param sha256 its SHA-256
     */
    public record Entry(String name, long bytes, String sha256) implements Serializable {}

    public SharedFolder {
        files = List.copyOf(files);
    }

    /** Lists a folder of small files, such as a dictionary, and reads them for their hashes. */
    public static SharedFolder hashed(String uri, HadoopFiles folder, List<String> names) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (String name : names) {
            entries.add(new Entry(name, folder.length(name), folder.hash(name)));
        }
        return new SharedFolder(uri, entries);
    }

    /**
     * Lists a store of activations by its manifest. The shards are not read.
     *
     * @throws InvalidInputException if the folder has no complete store
     */
    public static SharedFolder ofStore(String uri, HadoopFiles folder, JsonObject manifest, String file)
            throws IOException {
        InvalidInputException.require(
                manifest.bool("complete"),
                () -> uri
                        + " is an incomplete store, expected a harvest that has ended; rerun the command of the harvest");
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(file, folder.length(file), folder.hash(file)));
        for (JsonObject shard : manifest.objects("shards")) {
            entries.add(new Entry(shard.text("file"), shard.count("bytes"), shard.text("sha256")));
        }
        return new SharedFolder(uri, entries);
    }

    /** Returns a hash of the names and contents of all files. */
    public String hash() {
        Sha256 hash = new Sha256();
        files.forEach(file -> hash.add(file.name() + "\n" + file.sha256() + "\n"));
        return hash.hex();
    }
}
