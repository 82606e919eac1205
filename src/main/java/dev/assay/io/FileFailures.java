package dev.assay.io;

import java.io.IOException;
import java.nio.file.FileSystemException;
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

    /** Returns a failure with a file and a reason. */
    static IOException named(Path file, String reason, IOException cause) {
        IOException named = new FileSystemException(file.toString(), null, reason);
        named.initCause(cause);
        return named;
    }
}
