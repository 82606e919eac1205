package dev.assay.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes files atomically: to a temporary file in the same folder, which is forced to disk and then moved over the target. On failure the
 * temporary file is removed and the previous file is unchanged.
 */
public final class AtomicFiles {
    private static final int BUFFER = 1 << 16;

    private AtomicFiles() {}

    /**
     * Writes one file and creates its folder if needed.
     *
     * @param file the target
     * @param writer writes the content; need not flush or close
     * @throws IOException if the file cannot be written; the message names it
     */
    public static void write(Path file, IoConsumer<OutputStream> writer) throws IOException {
        writeAll(Map.of(file, writer));
    }

    /**
     * Writes one text file in UTF-8.
     *
     * @param file the target
     * @param text the content
     * @throws IOException if it cannot be written
     */
    public static void writeString(Path file, String text) throws IOException {
        write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Writes several files as one unit: all are completely on disk before the first target is replaced.
     *
     * @param writers the writer of each target, in the order of replacement
     * @throws IOException if a file cannot be written; then no target was replaced, unless the failure occurred during replacement
     */
    public static void writeAll(Map<Path, IoConsumer<OutputStream>> writers) throws IOException {
        Map<Path, Path> staged = new LinkedHashMap<>();
        try {
            for (Map.Entry<Path, IoConsumer<OutputStream>> entry : writers.entrySet()) {
                Path target = entry.getKey().toAbsolutePath();
                FileFailures.createFolder(target.getParent());
                Path temporary = TemporaryNames.next(target);
                staged.put(temporary, target);
                stage(temporary, target, entry.getValue());
            }
            for (Map.Entry<Path, Path> entry : staged.entrySet()) {
                Files.move(entry.getKey(), entry.getValue(), StandardCopyOption.ATOMIC_MOVE);
                forceFolder(entry.getValue().getParent());
            }
        } finally {
            for (Path temporary : staged.keySet()) {
                Files.deleteIfExists(temporary);
            }
        }
    }

    /**
     * Creates a second name for a file, replacing any file of that name. The two names share their content if the file system supports hard
     * links; afterwards neither may be changed in place.
     *
     * @param file an existing file
     * @param name the second name, in a folder that exists
     * @throws IOException if it cannot be written; then the previous file of that name is unchanged
     */
    public static void link(Path file, Path name) throws IOException {
        Path temporary = TemporaryNames.next(name);
        try {
            Files.createLink(temporary, file);
            Files.move(temporary, name, StandardCopyOption.ATOMIC_MOVE);
            forceFolder(name.toAbsolutePath().getParent());
        } catch (UnsupportedOperationException | IOException noLinks) {
            Files.deleteIfExists(temporary);
            write(name, out -> Files.copy(file, out));
        }
    }

    private static void stage(Path temporary, Path target, IoConsumer<OutputStream> writer) throws IOException {
        try (FileChannel channel =
                FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
            writer.accept(out);
            out.flush();
            channel.force(true);
        } catch (FileSystemException named) {
            throw named;
        } catch (IOException failure) {
            // "No space left on device" alone does not name the file.
            throw FileFailures.named(target, failure.getMessage(), failure);
        }
    }

    /** Moves a file or folder to a path that does not exist, or replaces a file. */
    static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Makes a move durable. Failures are ignored: some systems cannot open a folder, and the data itself is on disk. */
    public static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException unsupported) {
            return;
        }
    }
}
