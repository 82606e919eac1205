package dev.assay.model;

import dev.assay.InvalidInputException;
import dev.assay.hub.Hub;
import dev.assay.hub.HubName;
import dev.assay.hub.HubSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;

/** Finds the folder that a name of a model means. */
final class ModelLocation {
    /** What files that are no folder are, by how their names end, and what to do with them. */
    private static final Map<String, String> FILES = Map.of(
            ".pt", "a TorchScript file, which TorchScriptModel.load reads",
            ".onnx", "an ONNX model, which OnnxModel.load reads",
            ".safetensors", "a file of weights alone, whose folder has config.json beside it");

    private ModelLocation() {}

    /** Returns a folder that exists under that name, or else the snapshot of the repository of that name. */
    static Path resolve(String name) throws IOException {
        return resolve(name, HubSelection.model());
    }

    /** Returns a folder that exists under that name, or else what is selected of the repository of that name. */
    static Path resolve(String name, HubSelection selection) throws IOException {
        refuseFile(name);
        if (exists(name)) {
            return Path.of(name);
        }
        if (HubName.matches(name)) {
            return Hub.fromEnvironment().snapshot(HubName.parse(name), selection);
        }
        throw new InvalidInputException("there is no model folder \"" + name
                + "\", expected a folder, org/name or org/name@revision of the Hugging Face hub, or assay/stories");
    }

    /** Refuses what is no folder of Hugging Face by its name, and says what to use. */
    static void refuseFile(String name) {
        FILES.forEach((end, kind) -> {
            if (name.endsWith(end) && !isFolder(name)) {
                throw new InvalidInputException(name + " is " + kind + "; expected the Hugging Face folder of a model");
            }
        });
    }

    private static boolean isFolder(String name) {
        return exists(name) && Files.isDirectory(Path.of(name));
    }

    private static boolean exists(String name) {
        try {
            return !name.isBlank() && Files.exists(Path.of(name));
        } catch (InvalidPathException noPath) {
            return false;
        }
    }
}
