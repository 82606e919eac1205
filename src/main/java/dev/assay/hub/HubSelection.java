package dev.assay.hub;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Which files of a repository are wanted. No pickled weights are taken. */
public interface HubSelection {
    /** Brings one file here and returns where its content lies. */
    @FunctionalInterface
    interface Fetch {
        /**
         * Brings a file.
         *
         * @param file its name in the repository
         * @return where its content lies now
         * @throws IOException if it cannot be brought
         */
        Path fetch(String file) throws IOException;
    }

    /**
     * Chooses from all that a repository holds.
     *
     * @param repository its name, for messages
     * @param names all its files
     * @param fetch brings a file whose content the choice depends on
     * @return the names wanted; the one that readers look for first stands last, so that a snapshot that has it has all
     * @throws IOException if a file cannot be brought
     * @throws InvalidInputException if what is needed is not there
     */
    List<String> choose(String repository, Set<String> names, Fetch fetch) throws IOException;

    /**
     * Tells whether a snapshot can be used as it is.
     *
     * @param snapshot a folder, which need not exist
     * @return true if nothing that is needed is missing
     * @throws IOException if a file cannot be read
     */
    boolean isUsable(Path snapshot) throws IOException;

    /**
     * Returns files that most repositories have and that a snapshot made by others may lack.
     *
     * @return their names
     */
    List<String> optional();

    /**
     * Selects a model at the top of its repository: configuration, tokenizer, and {@code model.safetensors} or its shards.
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
     * Selects a dictionary: the safetensors and JSON files and the {@code params.npz} that lie directly in a folder of a repository.
     *
     * @param folder the folder, with slashes; empty for the top of the repository
     * @return the selection
     */
    static HubSelection folder(String folder) {
        return new FolderFiles(folder);
    }
}
