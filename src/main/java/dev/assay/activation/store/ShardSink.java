package dev.assay.activation.store;

import java.io.IOException;
import java.nio.file.Path;

/** Decides where the shards of a harvest are written, and records them. Called by one background thread. */
public interface ShardSink {
    /**
     * Returns the file of a shard.
     *
     * @param first the first row of the shard in the store
     * @param rows the number of rows of the shard
     * @return a path whose file name is the name of the shard in the manifest
     * @throws IOException if the folder cannot be used
     */
    Path file(long first, int rows) throws IOException;

    /**
     * Records a shard, whose file is complete and on disk.
     *
     * @param first the first row of the shard in the store
     * @param shard the entry for the manifest
     * @throws IOException if it cannot be recorded; then no further shard is written
     */
    void written(long first, StoredShard shard) throws IOException;
}
