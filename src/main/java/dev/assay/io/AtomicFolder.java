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
 * Writes folders atomically: to {@code NAME.partial} next to the target, which is forced to disk and then renamed. A replaced folder is
 * named {@code NAME.previous} between two renames; {@link #recover} restores it if the process was killed in between.
 */
public final class AtomicFolder {
    private static final String PARTIAL = ".partial";

    private AtomicFolder() {}

    /**
     * Writes a folder and replaces any folder of that name. Only one process may write a folder at a time.
     *
     * @param folder the target
     * @param writer writes files and folders into the path of its argument
     * @throws IOException if it cannot be written; then the previous folder is unchanged
     */
    public static void write(Path folder, IoConsumer<Path> writer) throws IOException {
        Path target = folder.toAbsolutePath();
        recover(target);
        Path partial = sibling(target, PARTIAL);
        deleteTree(partial);
        try {
            Files.createDirectories(partial);
            writer.accept(partial);
            force(partial);
            Path previous = sibling(target, ".previous");
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
     * Restores a folder that a killed process had moved aside but not yet replaced; otherwise does nothing. Call this before reading the
     * folder.
     *
     * @param folder the folder
     * @throws IOException if it cannot be moved
     */
    public static void recover(Path folder) throws IOException {
        Path target = folder.toAbsolutePath();
        Path previous = sibling(target, ".previous");
        if (!Files.exists(target) && Files.exists(previous)) {
            Files.move(previous, target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /**
     * Deletes a folder that this class has written. Other processes see it completely or not at all.
     *
     * @param folder the folder
     * @throws IOException if it cannot be deleted
     */
    public static void delete(Path folder) throws IOException {
        Path partial = sibling(folder.toAbsolutePath(), PARTIAL);
        deleteTree(partial);
        Files.move(folder, partial, StandardCopyOption.ATOMIC_MOVE);
        deleteTree(partial);
    }

    /**
     * Deletes incomplete folders that killed processes have left in a parent folder.
     *
     * @param parent the parent of folders written by this class
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

    private static Path sibling(Path target, String suffix) {
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
