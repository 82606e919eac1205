package dev.assay.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A folder next to a target, with a unique name and a marker, for the new content of the target and for its previous content while it is
 * replaced. Only folders of this kind are ever deleted.
 */
final class TemporaryFolder {
    private final Path target;
    private final Path folder;

    private TemporaryFolder(Path target, Path folder) {
        this.target = target;
        this.folder = folder;
    }

    /** Creates an empty temporary folder. The target is an absolute path. */
    static TemporaryFolder create(Path target) throws IOException {
        TemporaryFolder created = new TemporaryFolder(target, TemporaryNames.next(target));
        Files.createDirectories(created.folder);
        Files.writeString(
                created.folder.resolve(TemporaryNames.MARKER),
                "Temporary files of Assay for " + target.getFileName()
                        + ". This folder may be deleted when no Assay process is running.\n");
        return created;
    }

    /** Returns the temporary folders that killed processes have left for a target. */
    static List<TemporaryFolder> of(Path target) throws IOException {
        String prefix = "." + target.getFileName() + ".";
        // The rest of the name has no further dot but that of its suffix.
        int length = TemporaryNames.next(target).getFileName().toString().length();
        return in(target.getParent()).stream()
                .filter(entry -> entry.getFileName().toString().startsWith(prefix)
                        && entry.getFileName().toString().length() == length)
                .map(entry -> new TemporaryFolder(target, entry))
                .toList();
    }

    /** Deletes all temporary folders in a parent folder. */
    static void deleteAll(Path parent) throws IOException {
        for (Path entry : in(parent)) {
            new TemporaryFolder(entry, entry).delete();
        }
    }

    private static List<Path> in(Path parent) throws IOException {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(parent)) {
            List<Path> found = entries.toList();
            return found.stream().filter(TemporaryFolder::isTemporary).toList();
        }
    }

    private static boolean isTemporary(Path entry) {
        try {
            return Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS) && TemporaryNames.isTemporary(entry);
        } catch (IOException unreadable) {
            return false; // another process has just deleted it
        }
    }

    /** Returns the path of the new content. */
    Path content() {
        return folder.resolve("new");
    }

    private Path previous() {
        return folder.resolve("previous");
    }

    boolean hasPrevious() {
        return Files.exists(previous(), LinkOption.NOFOLLOW_LINKS);
    }

    /** Moves the target into this folder, as its previous content. */
    void moveTargetHere() throws IOException {
        AtomicFiles.move(target, previous());
    }

    /** Moves the previous content back. */
    void restorePrevious() throws IOException {
        AtomicFiles.move(previous(), target);
    }

    /** Moves the new content to the target, which must not exist. */
    void moveContentToTarget() throws IOException {
        AtomicFiles.move(content(), target);
    }

    /** Moves the target into this folder, to be deleted with it. */
    void discardTarget() throws IOException {
        AtomicFiles.move(target, folder.resolve("discarded"));
    }

    /** Deletes this folder, its marker last. */
    void delete() throws IOException {
        Path marker = folder.resolve(TemporaryNames.MARKER);
        for (Path path : walk(folder)) {
            if (!path.equals(marker) && !path.equals(folder)) {
                Files.delete(path);
            }
        }
        Files.deleteIfExists(marker);
        Files.deleteIfExists(folder);
    }

    /** Returns a folder and everything inside it, the deepest first. Links are not followed. */
    static List<Path> walk(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.sorted(Comparator.reverseOrder()).toList();
        }
    }

    /** Returns the temporary folder with the previous content of a target, if a killed process has left one. */
    static Optional<TemporaryFolder> withPrevious(Path target) throws IOException {
        return of(target).stream().filter(TemporaryFolder::hasPrevious).findFirst();
    }
}
