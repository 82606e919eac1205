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

/** Loads a dictionary after detecting its format. Pickles are never loaded. */
final class DictionaryFiles {
    private static final String PICKLE = "ae.pt";

    private DictionaryFiles() {}

    /** Loads a dictionary folder or a {@code params.npz} file. */
    static SparseAutoencoder read(Path path, Device device) throws IOException {
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        if (!Files.isDirectory(path)) {
            if (path.toString().endsWith(".npz")) {
                return GemmaScope.read(path, device);
            }
            throw new InvalidInputException(path + " is a file, expected a dictionary folder or " + GemmaScope.FILE);
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
            throw new InvalidInputException(path.resolve(PICKLE)
                    + " is a pickle, which is not loaded because unpickling can run arbitrary code; convert its folder with"
                    + " scripts/convert_dictionary_learning.py");
        }
        throw new InvalidInputException(path + " contains no dictionary, expected cfg.json with "
                + SaelensFolder.WEIGHTS + " or " + SparsifyFolder.WEIGHTS + ", or " + GemmaScope.FILE);
    }

    /** Loads a folder of a hub repository, downloading it unless it is cached. */
    static SparseAutoencoder read(Hub hub, String repository, String folder, Device device) throws IOException {
        if (folder.startsWith("/") || folder.endsWith("/") || folder.contains("..")) {
            throw new InvalidInputException("the folder in repository " + repository + " is \"" + folder
                    + "\", expected a relative path such as layers.5, or an empty path for the repository root");
        }
        Path snapshot = hub.snapshot(HubName.parse(repository), HubSelection.folder(folder));
        return read(snapshot.resolve(folder), device);
    }
}
