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
import java.util.UUID;

/**
 * Writes files that are there whole or not at all: into a temporary file beside the target, forced to the disk, then moved over
 * it. If anything fails the temporary file is removed and the file from before is as it was.
 */
public final class AtomicFiles {
    private static final String TEMPORARY = ".assay-tmp";
    private static final int BUFFER = 1 << 16;

    private AtomicFiles() {}

    /**
     * Writes one file, making its folder if need be.
     *
     * @param file the target
     * @param writer writes the content; need not flush or close
     * @throws IOException if it cannot be written; the message names the file
     */
    public static void write(Path file, IoConsumer<OutputStream> writer) throws IOException {
        writeAll(Map.of(file, writer));
    }

    /**
     * Writes one file of text in UTF-8.
     *
     * @param file the target
     * @param text the content
     * @throws IOException if it cannot be written
     */
    public static void writeString(Path file, String text) throws IOException {
        write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Writes files that belong together: all are on the disk in full before the first of them takes its place.
     *
     * @param writers what writes each target, in the order in which they take their places
     * @throws IOException if any cannot be written; then none was replaced, unless the failure came while they took their places
     */
    public static void writeAll(Map<Path, IoConsumer<OutputStream>> writers) throws IOException {
        Map<Path, Path> staged = new LinkedHashMap<>();
        try {
            for (Map.Entry<Path, IoConsumer<OutputStream>> entry : writers.entrySet()) {
                Path target = entry.getKey().toAbsolutePath();
                Files.createDirectories(target.getParent());
                Path temporary =
                        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + TEMPORARY);
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
     * Gives a file a second name, which may be the name of another file until then. The two names share one content where the file
     * system can do that; neither file may be changed in place afterwards.
     *
     * @param file an existing file
     * @param name the second name, in a folder that exists
     * @throws IOException if it cannot be written; then what had the name before is as it was
     */
    public static void link(Path file, Path name) throws IOException {
        Path temporary = name.resolveSibling("." + name.getFileName() + "." + UUID.randomUUID() + TEMPORARY);
        try {
            Files.createLink(temporary, file);
            Files.move(temporary, name, StandardCopyOption.ATOMIC_MOVE);
            forceFolder(name.toAbsolutePath().getParent());
        } catch (UnsupportedOperationException | IOException noLinks) {
            Files.deleteIfExists(temporary);
            write(name, out -> Files.copy(file, out));
        }
    }

    /**
     * Tells whether a file is the remains of a writing that was killed.
     *
     * @param file the file
     * @return true if it may be deleted
     */
    public static boolean isTemporary(Path file) {
        return file.getFileName().toString().endsWith(TEMPORARY);
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
            // "No space left on device" alone does not say where.
            IOException named = new FileSystemException(target.toString(), null, failure.getMessage());
            named.initCause(failure);
            throw named;
        }
    }

    /** Makes a move durable. Not every system lets a folder be opened, and the data itself is safe, so a failure is no error. */
    public static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException unsupported) {
            return;
        }
    }
}
