package dev.assay.model;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The models that come with Assay: Hugging Face folders among the resources of this package. */
final class EmbeddedModel {
    private static final String OWNER = "assay/";
    private static final List<String> FILES =
            List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");

    private EmbeddedModel() {}

    /** Tells whether a name means a model of Assay's own. */
    static boolean isName(String name) {
        return name.startsWith(OWNER);
    }

    /** Loads a model by a name like {@code assay/stories}. */
    static HookedTransformer load(String name, Device device) throws IOException {
        // A checkpoint is mapped into memory, which takes a file: the resources may lie in a jar.
        Path folder = Files.createTempDirectory("assay-model");
        try {
            for (String file : FILES) {
                copy(name, file, folder.resolve(file));
            }
            return ModelReader.read(folder, device, name);
        } finally {
            for (String file : FILES) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.delete(folder);
        }
    }

    private static void copy(String name, String file, Path target) throws IOException {
        String resource = name.substring(OWNER.length()) + "/" + file;
        try (InputStream in = EmbeddedModel.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new InvalidInputException(
                        "model \"" + name + "\" does not come with Assay, expected \"assay/stories\" or a folder");
            }
            Files.copy(in, target);
        }
    }
}
