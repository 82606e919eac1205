package dev.assay.hub;

import dev.assay.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The folder of one repository in the cache of Hugging Face's own libraries, {@code models--org--name}, with their layout:
 *
 * <pre>
 * refs/main                      the commit of a branch or tag
 * blobs/TAG                      content by its tag
 * snapshots/COMMIT/config.json   a link to content
 * .no_exist/COMMIT/NAME          marks a file that the commit is known to lack
 * </pre>
 *
 * <p>The file {@code .locks/models--org--name/TAG.lock} in the cache prevents concurrent downloads of the same content.
 */
final class HubCache {
    private static final Pattern FULL_COMMIT = Pattern.compile("[0-9a-f]{40}");

    private final Path folder;
    private final Path locks;
    private final boolean links;

    /** Opens the folder in a cache; {@code links} is whether files are linked rather than copied. */
    HubCache(Path cache, HubName name, boolean links) {
        String key = "models--" + name.repository().replace("/", "--");
        this.folder = cache.toAbsolutePath().resolve(key);
        this.locks = cache.toAbsolutePath().resolve(".locks").resolve(key);
        this.links = links;
    }

    Path folder() {
        return folder;
    }

    /** Returns the commit of a revision at its last download, or null. */
    String commit(String revision) throws IOException {
        if (FULL_COMMIT.matcher(revision).matches()) {
            return revision;
        }
        Path ref = folder.resolve("refs").resolve(revision);
        if (!Files.isRegularFile(ref)) {
            return null;
        }
        String commit = Files.readString(ref).strip();
        return HubListing.isCommit(commit) ? commit : null;
    }

    /** Records the commit of a revision. */
    void remember(String revision, String commit) throws IOException {
        if (!revision.equals(commit) && !commit.equals(commit(revision))) {
            AtomicFiles.writeString(folder.resolve("refs").resolve(revision), commit);
        }
    }

    Path snapshot(String commit) {
        return folder.resolve("snapshots").resolve(commit);
    }

    Path blob(String tag) {
        return folder.resolve("blobs").resolve(tag);
    }

    Path lock(String tag) {
        return locks.resolve(tag + ".lock");
    }

    boolean isKnownAbsent(String commit, String file) {
        return Files.exists(absence(commit, file));
    }

    void noteAbsent(String commit, String file) throws IOException {
        Path mark = absence(commit, file);
        if (!Files.exists(mark)) {
            AtomicFiles.writeString(mark, "");
        }
    }

    private Path absence(String commit, String file) {
        return folder.resolve(".no_exist").resolve(commit).resolve(file);
    }

    /** Adds a file to a snapshot atomically: as a relative link, or as a hard link or a copy if links fail. */
    void place(String commit, String file, String tag) throws IOException {
        Path target = snapshot(commit).resolve(file);
        Files.createDirectories(target.getParent());
        Path staged = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            stage(staged, blob(tag));
            Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            AtomicFiles.forceFolder(target.getParent());
        } finally {
            Files.deleteIfExists(staged);
        }
    }

    private void stage(Path staged, Path blob) throws IOException {
        if (links) {
            try {
                Files.createSymbolicLink(staged, staged.getParent().relativize(blob));
                return;
            } catch (UnsupportedOperationException | FileSystemException notHere) {
                Files.deleteIfExists(staged);
            }
            try {
                Files.createLink(staged, blob);
                return;
            } catch (UnsupportedOperationException | FileSystemException notHere) {
                Files.deleteIfExists(staged);
            }
        }
        Files.copy(blob, staged);
    }
}
