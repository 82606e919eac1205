package dev.assay.run;

import dev.assay.InvalidInputException;
import dev.assay.hub.Hub;
import dev.assay.hub.HubName;
import dev.assay.hub.HubSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place of a dictionary: a path, or a folder of a repository on the Hugging Face hub, written {@code org/name/folder},
 * {@code org/name@revision/folder} or {@code org/name:folder}.
 */
public interface DictionaryLocation {
    /**
     * Parses a name. An existing path is always a path. A missing one is a name on the hub if it has that form and its first part is not
     * a local folder.
     *
     * @param name a path, or a repository with a folder
     * @return the location; nothing is read
     */
    static DictionaryLocation of(String name) {
        Matcher hub = OnHub.FORM.matcher(name);
        if (exists(name) || !hub.matches() || exists(hub.group("org"))) {
            return new OnDisk(Path.of(name));
        }
        String revision = hub.group("revision") == null ? "" : hub.group("revision");
        String folder = hub.group("folder") == null ? "" : hub.group("folder").replaceAll("/+$", "");
        return folder.isEmpty() && revision.isEmpty() && !name.endsWith(":")
                ? new OnDisk(Path.of(name))
                : new OnHub(hub.group("org") + "/" + hub.group("name") + revision, folder);
    }

    private static boolean exists(String name) {
        try {
            return !name.isBlank() && Files.exists(Path.of(name));
        } catch (InvalidPathException noPath) {
            throw new InvalidInputException("\"" + name + "\" is not a path: " + noPath.getReason(), noPath);
        }
    }

    /**
     * Returns the folder of files about the dictionary: feature store, figures and page.
     *
     * @return the folder of the dictionary; for one on the hub, a folder of the current directory that is named after it
     */
    Path files();

    /**
     * Returns the folder or file of the dictionary, downloading it unless it is cached.
     *
     * @return the path
     * @throws IOException if the hub cannot be reached
     */
    Path resolve() throws IOException;

    /**
     * A local path.
     *
     * @param path a folder, or a file such as {@code params.npz}
     */
    record OnDisk(Path path) implements DictionaryLocation {
        @Override
        public Path files() {
            return Files.isRegularFile(path) ? path.toAbsolutePath().getParent() : path;
        }

        @Override
        public Path resolve() {
            return path;
        }
    }

    /**
     * A folder of a repository.
     *
     * @param repository {@code org/name} or {@code org/name@revision}
     * @param folder the folder, with slashes; empty for the root of the repository
     */
    record OnHub(String repository, String folder) implements DictionaryLocation {
        private static final Pattern FORM = Pattern.compile(
                "(?<org>[A-Za-z0-9_][\\w.-]*)/(?<name>[A-Za-z0-9_][\\w.-]*)(?<revision>@[\\w.+=-]+)?(?:[:/](?<folder>.*))?");

        @Override
        public Path files() {
            return Path.of(repository.replace("/", "--")).resolve(folder);
        }

        @Override
        public Path resolve() throws IOException {
            if (folder.contains("..")) {
                throw new InvalidInputException("the folder in repository " + repository + " is \"" + folder
                        + "\", expected a relative path such as layers.5");
            }
            return Hub.fromEnvironment()
                    .snapshot(HubName.parse(repository), HubSelection.folder(folder))
                    .resolve(folder);
        }
    }
}
