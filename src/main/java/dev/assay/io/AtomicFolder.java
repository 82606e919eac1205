package dev.assay.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes folders that are there whole or not at all: into {@code NAME.partial} beside the target, forced to the disk, then
 * renamed. A folder that is replaced is {@code NAME.previous} for the instant between two renamings; {@link #recover} puts it back
 * if the process was killed just then.
 */
public final class AtomicFolder {
    private static final String PARTIAL = ".partial";

    private AtomicFolder() {}

    /**
     * Writes a folder, replacing the one of that name. One process may write it at a time.
     *
     * @param folder the target
     * @param writer writes files and folders into the path that it is given
     * @throws IOException if it cannot be written; then the folder from before is as it was
     */
    public static void write(Path folder, IoConsumer<Path> writer) throws IOException {
        Path target = folder.toAbsolutePath();
        recover(target);
        Path partial = beside(target, PARTIAL);
        deleteTree(partial);
        try {
            Files.createDirectories(partial);
            writer.accept(partial);
            force(partial);
            Path previous = beside(target, ".previous");
            if (Files.exists(target)) {
                deleteTree(previous);
                Files.move(target, previous, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            AtomicFiles.forceFolder(target.getParent());
            deleteTree(previous);
        } finally {
            deleteTree(partial);
            recover(target);
        }
    }

    /**
     * Puts a folder back that a killed process had moved aside and not replaced yet; otherwise does nothing. To be called before
     * the folder is read.
     *
     * @param folder the folder
     * @throws IOException if it cannot be moved
     */
    public static void recover(Path folder) throws IOException {
        Path target = folder.toAbsolutePath();
        Path previous = beside(target, ".previous");
        if (!Files.exists(target) && Files.exists(previous)) {
            Files.move(previous, target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /**
     * Deletes a folder that this class has written; whoever looks for it meanwhile finds it whole or not at all.
     *
     * @param folder the folder
     * @throws IOException if it cannot be deleted
     */
    public static void delete(Path folder) throws IOException {
        Path partial = beside(folder.toAbsolutePath(), PARTIAL);
        deleteTree(partial);
        Files.move(folder, partial, StandardCopyOption.ATOMIC_MOVE);
        deleteTree(partial);
    }

    /**
     * Deletes what killed processes have left half-written or half-deleted in a folder of such folders.
     *
     * @param parent the folder that they are in
     * @throws IOException if something cannot be deleted
     */
    public static void sweep(Path parent) throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            for (Path entry : entries.filter(
                            path -> path.getFileName().toString().endsWith(PARTIAL))
                    .toList()) {
                deleteTree(entry);
            }
        }
    }

    private static Path beside(Path target, String suffix) {
        return target.resolveSibling(target.getFileName() + suffix);
    }

    private static void force(Path folder) throws IOException {
        for (Path path : walk(folder)) {
            if (Files.isDirectory(path)) {
                AtomicFiles.forceFolder(path);
            } else {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (Files.exists(folder)) {
            for (Path path : walk(folder)) {
                Files.delete(path);
            }
        }
    }

    /** Returns a folder and all that is in it, the deepest first. */
    private static List<Path> walk(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.sorted(Comparator.reverseOrder()).toList();
        }
    }
}
