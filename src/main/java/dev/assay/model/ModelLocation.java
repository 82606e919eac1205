package dev.assay.model;

import dev.assay.InvalidInputException;
import dev.assay.hub.Hub;
import dev.assay.hub.HubName;
import dev.assay.hub.HubSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Resolves the name of a model to a folder. */
final class ModelLocation {
    /** Model files that are not Hugging Face folders, by file extension, with the class that loads them. */
    private static final Map<String, String> FILES = Map.of(
            ".pt", "a TorchScript file, which TorchScriptModel.load loads",
            ".onnx", "an ONNX model, which OnnxModel.load loads",
            ".safetensors", "a file of weights, whose folder contains config.json");

    private ModelLocation() {}

    /** Returns the folder of that name if it exists, otherwise the snapshot of the hub repository of that name. */
    static Path resolve(String name) throws IOException {
        return resolve(name, HubSelection.model());
    }

    /** Returns the folder of that name if it exists, otherwise a snapshot of the selected files of the hub repository. */
    static Path resolve(String name, HubSelection selection) throws IOException {
        refuseFile(name);
        if (exists(name)) {
            return Path.of(name);
        }
        return resolve(name, selection, Hub.fromEnvironment());
    }

    /** Returns a snapshot of a repository, which may be named as in TransformerLens. */
    static Path resolve(String name, HubSelection selection, Hub hub) throws IOException {
        ModelNames names = ModelNames.read();
        String[] parts = name.split("@", 2);
        Optional<String> known = names.repository(parts[0]);
        String repository = known.orElse(parts[0]);
        if (HubName.matches(repository)) {
            List<HubName> spellings = ModelNames.spellings(repository).stream()
                    .map(spelling -> HubName.parse(parts.length == 1 ? spelling : spelling + "@" + parts[1]))
                    .toList();
            Optional<HubName> cached = spellings.stream().filter(hub::isCached).findFirst();
            HubName asked = cached.orElse(spellings.get(0));
            // Repositories without owner are few and old. Any other word is rather the name of a folder that does not
            // exist.
            if (cached.isPresent() || known.isPresent() || asked.hasOwner()) {
                return hub.snapshot(asked, selection);
            }
        }
        List<String> similar = names.similar(parts[0]);
        throw new InvalidInputException("there is no model folder \"" + name
                + "\", expected a folder, org/name or org/name@revision on the Hugging Face hub, a name of TransformerLens, or assay/stories"
                + (similar.isEmpty() ? "" : " (similar names: " + String.join(", ", similar) + ")"));
    }

    /** Rejects the name of another kind of model file. */
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
