package dev.assay.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file that only its process uses. Its name is deleted as soon as the file is open, where the operating system supports that, so the file
 * disappears when the process ends in any way. Elsewhere closing it deletes it, or after a crash the next {@link #create} in the folder.
 */
public final class ScratchFile implements AutoCloseable {
    private final PositionedFile file;
    private final Path path;

    private ScratchFile(PositionedFile file, Path path) {
        this.file = file;
        this.path = path;
    }

    /**
     * Creates an empty file, after deleting those of the same name that killed processes have left.
     *
     * @param folder an existing folder, in which one process at a time uses scratch files of this name
     * @param name distinguishes the scratch files of a folder
     * @return the open file
     * @throws IOException if it cannot be created
     */
    public static ScratchFile create(Path folder, String name) throws IOException {
        Path target = folder.resolve(name);
        deleteLeftovers(target);
        Path path = TemporaryNames.next(target);
        PositionedFile file = PositionedFile.create(path);
        deleteIfPossible(path);
        return new ScratchFile(file, path);
    }

    /**
     * Deletes the scratch files of a name that killed processes have left.
     *
     * @param folder need not exist
     * @param name the name
     * @throws IOException if the folder cannot be listed
     */
    public static void deleteLeftovers(Path folder, String name) throws IOException {
        if (Files.isDirectory(folder)) {
            deleteLeftovers(folder.resolve(name));
        }
    }

    private static void deleteLeftovers(Path target) throws IOException {
        String prefix = "." + target.getFileName() + ".";
        try (Stream<Path> entries = Files.list(target.getParent())) {
            List<Path> left = entries.filter(
                            entry -> entry.getFileName().toString().startsWith(prefix)
                                    && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS))
                    .toList();
            for (Path entry : left) {
                if (TemporaryNames.isTemporary(entry)) {
                    deleteIfPossible(entry);
                }
            }
        }
    }

    /** Some systems do not delete open files. */
    private static void deleteIfPossible(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException open) {
            path.toFile().deleteOnExit();
        }
    }

    /**
     * Writes the remaining bytes of a buffer.
     *
     * @param bytes afterwards at its limit
     * @param position file position of the first byte
     * @throws IOException if the disk fails or is full
     */
    public void write(ByteBuffer bytes, long position) throws IOException {
        file.write(bytes, position);
    }

    /**
     * Fills a buffer.
     *
     * @param bytes afterwards at its limit
     * @param position file position of the first byte
     * @throws IOException if the disk fails or the file ends too early
     */
    public void read(ByteBuffer bytes, long position) throws IOException {
        file.read(bytes, position);
    }

    /** Closes and deletes the file. */
    @Override
    public void close() throws IOException {
        file.close();
        deleteIfPossible(path);
    }
}
