package dev.assay.io;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Failures of the operating system, such as "No space left on device", with the name of the file. */
public final class FileFailures {
    private FileFailures() {}

    /**
     * Returns a failure that names a file.
     *
     * @param file the file that was read or written
     * @param failure the failure
     * @return the failure itself if it names a file, otherwise one with the file and the message
     */
    public static IOException named(Path file, IOException failure) {
        return failure instanceof FileSystemException ? failure : named(file, failure.getMessage(), failure);
    }

    /**
     * Creates a folder and its parents.
     *
     * @param folder the folder; it may exist
     * @throws IOException if it cannot be created; the message names it with the reason
     */
    public static void createFolder(Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (FileAlreadyExistsException failure) {
            throw named(folder, "cannot be created as a folder: " + failure.getFile() + " is not a folder", failure);
        } catch (NoSuchFileException failure) {
            throw named(folder, "the folder cannot be created in this file system", failure);
        }
    }

    /** Returns a failure with a file and a reason. */
    static IOException named(Path file, String reason, IOException cause) {
        IOException named = new FileSystemException(file.toString(), null, reason);
        named.initCause(cause);
        return named;
    }
}
