package dev.assay.model;

import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Hub;
import dev.assay.checkpoint.HubName;
import dev.assay.checkpoint.HubSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Finds the folder that a name of a model means. */
final class ModelLocation {
    private ModelLocation() {}

    /** Returns a folder that exists under that name, or else the snapshot of the repository of that name. */
    static Path resolve(String name) throws IOException {
        if (exists(name)) {
            return Path.of(name);
        }
        if (HubName.matches(name)) {
            return Hub.fromEnvironment().snapshot(HubName.parse(name), HubSelection.model());
        }
        throw new InvalidInputException("there is no model folder \"" + name
                + "\", expected a folder, org/name or org/name@revision of the Hugging Face hub, or assay/stories");
    }

    private static boolean exists(String name) {
        try {
            return !name.isBlank() && Files.exists(Path.of(name));
        } catch (InvalidPathException noPath) {
            return false;
        }
    }
}
