package dev.assay.hub;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** A selection of the files of a repository. Pickled weights are never selected. */
public interface HubSelection {
    /** Downloads single files during the selection. */
    @FunctionalInterface
    interface Fetch {
        /**
         * Downloads a file.
         *
         * @param file its name in the repository
         * @return its path in the cache
         * @throws IOException if the download fails
         */
        Path fetch(String file) throws IOException;
    }

    /**
     * Selects from all files of a repository.
     *
     * @param repository its name, for messages
     * @param names names of all files
     * @param fetch downloads a file whose content affects the selection
     * @return the selected names; the file that readers open first is last, so a snapshot with that file is complete
     * @throws IOException if a download fails
     * @throws InvalidInputException if a required file is missing
     */
    List<String> choose(String repository, Set<String> names, Fetch fetch) throws IOException;

    /**
     * Returns the required files that a snapshot lacks.
     *
     * @param snapshot a folder, which need not exist
     * @return their names in the repository, or descriptions where several names would do; empty for a complete snapshot
     * @throws IOException if a file cannot be read
     */
    List<String> missing(Path snapshot) throws IOException;

    /**
     * Returns the names of files that most repositories have, but snapshots of other libraries can lack.
     *
     * @return their names
     */
    List<String> optional();

    /**
     * Selects a model at the root of a repository: configuration, tokenizer, and {@code model.safetensors} or its shards.
     *
     * @return the selection
     */
    static HubSelection model() {
        return new ModelFiles();
    }

    /**
     * Selects one file.
     *
     * @param name its name in the repository, such as {@code config.json}
     * @return the selection
     */
    static HubSelection file(String name) {
        return new SingleFile(name);
    }

    /**
     * Selects a dictionary: safetensors files, JSON files and {@code params.npz} of one folder, without subfolders.
     *
     * @param folder the folder, with slashes; empty for the root of the repository
     * @return the selection
     */
    static HubSelection folder(String folder) {
        return new FolderFiles(folder);
    }
}
