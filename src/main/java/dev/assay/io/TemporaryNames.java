package dev.assay.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Names of temporary files, temporary folders and locks. A temporary name is {@code .NAME.UUID.assay-tmp}, so that no file of the user has
 * it. A temporary folder also contains the file {@value #MARKER}.
 */
public final class TemporaryNames {
    static final String MARKER = "assay-temporary.txt";

    private static final String LOCK = ".assay-lock";
    /** The lock of activation stores of earlier versions, which stays in the folder. */
    private static final String EARLIER_LOCK = ".lock";

    private static final Pattern TEMPORARY =
            Pattern.compile("\\..+\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.assay-tmp", Pattern.DOTALL);

    private TemporaryNames() {}

    /** Returns a new temporary name next to a file or folder. */
    static Path next(Path target) {
        return target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".assay-tmp");
    }

    /** Returns the lock file inside a folder. */
    static Path lockIn(Path folder) {
        return folder.resolve(LOCK);
    }

    /** Returns the lock file next to a folder that is replaced as a whole. */
    static Path lockOf(Path target) {
        return target.resolveSibling("." + target.getFileName() + LOCK);
    }

    /**
     * Returns whether a path is a temporary file or a temporary folder.
     *
     * @param path a file or folder
     * @return true if Assay created it under a temporary name; it may be deleted when no process writes next to it
     * @throws IOException if a folder of such a name cannot be listed
     */
    public static boolean isTemporary(Path path) throws IOException {
        if (!TEMPORARY.matcher(path.getFileName().toString()).matches()) {
            return false;
        }
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
        }
        // A process that was killed between creating the folder and its marker left it empty.
        return Files.isRegularFile(path.resolve(MARKER)) || isEmpty(path);
    }

    /**
     * Returns whether a path does not count as content of its folder.
     *
     * @param path a file or folder
     * @return true for temporary files and folders, and for locks
     * @throws IOException if a folder cannot be listed
     */
    public static boolean isIgnored(Path path) throws IOException {
        String name = path.getFileName().toString();
        return name.equals(EARLIER_LOCK) || name.endsWith(LOCK) && name.startsWith(".") || isTemporary(path);
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }
}
