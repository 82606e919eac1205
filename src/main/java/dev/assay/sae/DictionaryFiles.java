package dev.assay.sae;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import dev.assay.hub.Hub;
import dev.assay.hub.HubName;
import dev.assay.hub.HubSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Opens a dictionary in whichever of the known formats it is. Nothing is ever unpickled. */
final class DictionaryFiles {
    private static final String PICKLE = "ae.pt";

    private DictionaryFiles() {}

    /** Reads a folder, or a file of Gemma Scope. */
    static SparseAutoencoder read(Path path, Device device) throws IOException {
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        if (!Files.isDirectory(path)) {
            if (path.toString().endsWith(".npz")) {
                return GemmaScope.read(path, device);
            }
            throw new InvalidInputException(
                    path + " is a file, expected the folder of a dictionary or " + GemmaScope.FILE);
        }
        if (Files.exists(path.resolve(SaelensFolder.WEIGHTS))) {
            return SaelensFolder.read(path, device);
        }
        if (Files.exists(path.resolve(SparsifyFolder.WEIGHTS))) {
            return SparsifyFolder.read(path, device);
        }
        if (Files.exists(path.resolve(GemmaScope.FILE))) {
            return GemmaScope.read(path.resolve(GemmaScope.FILE), device);
        }
        if (Files.exists(path.resolve(PICKLE))) {
            throw new InvalidInputException(
                    path.resolve(PICKLE) + " is a pickle, which is not read because it can run any"
                            + " code; scripts/convert_dictionary_learning.py converts its folder");
        }
        throw new InvalidInputException(path + " holds no dictionary, expected cfg.json with " + SaelensFolder.WEIGHTS
                + " or " + SparsifyFolder.WEIGHTS + ", or " + GemmaScope.FILE);
    }

    /** Reads a folder of a repository, out of the cache if it was downloaded before. */
    static SparseAutoencoder read(Hub hub, String repository, String folder, Device device) throws IOException {
        if (folder.startsWith("/") || folder.endsWith("/") || folder.contains("..")) {
            throw new InvalidInputException("the folder of " + repository + " is \"" + folder
                    + "\", expected one like layers.5, or an empty name for the top of the repository");
        }
        Path snapshot = hub.snapshot(HubName.parse(repository), HubSelection.folder(folder));
        return read(snapshot.resolve(folder), device);
    }
}
