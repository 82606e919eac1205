package dev.assay.activation.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes shards to the folder of a store and lists each in the manifest. A shard replaces an incomplete last shard. */
final class ManifestSink implements ShardSink {
    private final Path folder;
    private ActivationStoreManifest manifest;

    ManifestSink(Path folder, ActivationStoreManifest manifest) {
        this.folder = folder;
        this.manifest = manifest;
    }

    @Override
    public Path file(long first, int rows) {
        return folder.resolve(StoredShard.name(first, first + rows));
    }

    @Override
    public void written(long first, StoredShard shard) throws IOException {
        String replaced = manifest.endsShort() ? manifest.last().file() : null;
        manifest = manifest.with(shard);
        manifest.write(folder);
        if (replaced != null && !replaced.equals(shard.file())) {
            Files.delete(folder.resolve(replaced));
        }
    }

    /** Records that the text has no more rows. */
    void endOfText() throws IOException {
        manifest = manifest.ended();
        manifest.write(folder);
    }
}
