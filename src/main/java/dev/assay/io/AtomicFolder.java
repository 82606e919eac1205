package dev.assay.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Writes folders atomically: to a temporary folder next to the target, which is forced to disk and then moved. A replaced folder is in the
 * temporary folder between two moves; {@link #recover} restores it if the process was killed in between. The target is locked while it is
 * written.
 */
public final class AtomicFolder {
    private AtomicFolder() {}

    /**
     * Writes a folder and replaces any folder of that name.
     *
     * @param folder the target
     * @param writer writes files and folders into the path of its argument
     * @throws IOException if it cannot be written; then the previous folder is unchanged
     * @throws dev.assay.InvalidInputException if another process writes the folder
     */
    public static void write(Path folder, IoConsumer<Path> writer) throws IOException {
        Path target = target(folder);
        try (FolderLock lock = FolderLock.nextTo(target)) {
            restore(target);
            for (TemporaryFolder remains : TemporaryFolder.of(target)) {
                remains.delete();
            }
            TemporaryFolder temporary = TemporaryFolder.create(target);
            try {
                Files.createDirectory(temporary.content());
                fill(temporary.content(), target, writer);
                force(temporary.content());
                if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                    temporary.moveTargetHere();
                }
                temporary.moveContentToTarget();
                AtomicFiles.forceFolder(target.getParent());
            } finally {
                restore(target);
                temporary.delete();
            }
        }
    }

    /** Writes a file next to scratch files. */
    @FunctionalInterface
    public interface FileWriter {
        /**
         * Writes the file.
         *
         * @param scratch an empty folder for other files, which are deleted afterwards
         * @param file the path of the new file, which does not exist
         * @throws IOException if it cannot be written
         */
        void write(Path scratch, Path file) throws IOException;
    }

    /**
     * Writes one file whose writer needs scratch files, and replaces any file of that name. Its folder is created if needed.
     *
     * @param file the target
     * @param writer writes the file
     * @throws IOException if it cannot be written; then the previous file is unchanged
     */
    public static void writeFile(Path file, FileWriter writer) throws IOException {
        Path target = file.toAbsolutePath();
        FileFailures.createFolder(target.getParent());
        TemporaryFolder temporary = TemporaryFolder.create(target);
        try {
            Path scratch = Files.createDirectory(temporary.content());
            Path written = scratch.resolve(target.getFileName());
            try {
                writer.write(scratch, written);
            } catch (FileSystemException failure) {
                throw failure.getFile() == null || !Path.of(failure.getFile()).startsWith(scratch)
                        ? failure
                        : FileFailures.named(target, failure.getReason(), failure);
            }
            forceFile(written);
            AtomicFiles.move(written, target);
            AtomicFiles.forceFolder(target.getParent());
        } finally {
            temporary.delete();
        }
    }

    private static void fill(Path content, Path target, IoConsumer<Path> writer) throws IOException {
        try {
            writer.accept(content);
        } catch (FileSystemException failure) {
            throw failure.getFile() == null || !Path.of(failure.getFile()).startsWith(content)
                    ? failure
                    : FileFailures.named(
                            target.resolve(content.relativize(Path.of(failure.getFile()))),
                            failure.getReason(),
                            failure);
        } catch (IOException failure) {
            throw FileFailures.named(target, failure.getMessage(), failure);
        }
    }

    /** Returns the absolute path of a folder; a link is replaced by the folder that it refers to. */
    private static Path target(Path folder) throws IOException {
        return Files.isSymbolicLink(folder) ? folder.toRealPath() : folder.toAbsolutePath();
    }

    /**
     * Restores a folder that a killed process had moved aside but not yet replaced; otherwise does nothing. Call this before reading the
     * folder.
     *
     * @param folder the folder
     * @throws IOException if it cannot be moved
     * @throws dev.assay.InvalidInputException if another process is replacing the folder
     */
    public static void recover(Path folder) throws IOException {
        Path target = target(folder);
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)
                && TemporaryFolder.withPrevious(target).isPresent()) {
            try (FolderLock lock = FolderLock.nextTo(target)) {
                restore(target);
            }
        }
    }

    private static void restore(Path target) throws IOException {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            Optional<TemporaryFolder> previous = TemporaryFolder.withPrevious(target);
            if (previous.isPresent()) {
                previous.get().restorePrevious();
            }
        }
    }

    /**
     * Deletes a folder that this class has written. Other processes see it completely or not at all.
     *
     * @param folder the folder
     * @throws IOException if it cannot be deleted
     */
    public static void delete(Path folder) throws IOException {
        TemporaryFolder temporary = TemporaryFolder.create(folder.toAbsolutePath());
        try {
            temporary.discardTarget();
        } finally {
            temporary.delete();
        }
    }

    /**
     * Deletes the temporary folders that killed processes have left in a parent folder. No other process may write to the parent folder.
     *
     * @param parent the parent of folders written by this class
     * @throws IOException if something cannot be deleted
     */
    public static void sweep(Path parent) throws IOException {
        TemporaryFolder.deleteAll(parent);
    }

    private static void force(Path folder) throws IOException {
        for (Path path : TemporaryFolder.walk(folder)) {
            if (Files.isDirectory(path)) {
                AtomicFiles.forceFolder(path);
            } else {
                forceFile(path);
            }
        }
    }

    private static void forceFile(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }
}
