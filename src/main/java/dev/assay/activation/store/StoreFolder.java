package dev.assay.activation.store;

import dev.assay.InvalidInputException;
import dev.assay.io.FolderLock;
import dev.assay.io.TemporaryNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The folder of a store, locked by the one process that writes to it. The system releases the lock when the process ends. */
final class StoreFolder implements AutoCloseable {
    private final Path folder;
    private final FolderLock lock;

    private StoreFolder(Path folder, FolderLock lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /** Creates the folder if it does not exist, and locks it. */
    static StoreFolder lock(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InvalidInputException(folder + " is a file, expected a folder for the store");
        }
        if (!ActivationStoreManifest.isIn(folder)) {
            requireEmpty(folder);
        }
        return new StoreFolder(folder, FolderLock.in(folder));
    }

    /** Locks a folder whose shards were written by several processes, before its manifest is written. */
    static StoreFolder adopt(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new InvalidInputException(folder + " does not exist, expected a folder with the shards of the store");
        }
        return new StoreFolder(folder, FolderLock.in(folder));
    }

    static void requireEmpty(Path folder) throws IOException {
        for (Path entry : entries(folder)) {
            if (!TemporaryNames.isIgnored(entry)) {
                throw new InvalidInputException(folder + " contains " + entry.getFileName()
                        + ", expected a new or empty folder, or a store written by assay harvest");
            }
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }

    /** Opens or creates the manifest, and deletes incomplete files of a killed process. */
    ActivationStoreManifest begin(StoreDescription about, long asked) throws IOException {
        if (!ActivationStoreManifest.isIn(folder)) {
            ActivationStoreManifest empty = ActivationStoreManifest.begin(about, asked);
            empty.write(folder);
            return empty;
        }
        ActivationStoreManifest found = ActivationStoreManifest.read(folder);
        found.about().requireSame(folder.resolve(ActivationStoreManifest.FILE), about);
        ActivationStore.open(folder);
        sweep(found);
        boolean answered = found.complete() && (found.endOfText() || found.rows() >= asked);
        if (answered || found.asked() == asked) {
            return found;
        }
        ActivationStoreManifest asking = found.asking(asked);
        asking.write(folder);
        return asking;
    }

    private void sweep(ActivationStoreManifest manifest) throws IOException {
        Set<String> listed = manifest.shards().stream().map(StoredShard::file).collect(Collectors.toSet());
        for (Path entry : entries(folder)) {
            String name = entry.getFileName().toString();
            boolean unlisted = StoredShard.isName(name) && !listed.contains(name);
            if (Files.isRegularFile(entry) && (unlisted || TemporaryNames.isTemporary(entry))) {
                Files.delete(entry);
            }
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
