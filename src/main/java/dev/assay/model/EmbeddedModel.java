package dev.assay.model;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The models that are part of Assay: Hugging Face folders in the resources of this package. */
final class EmbeddedModel {
    private static final String OWNER = "assay/";
    private static final List<String> FILES =
            List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");

    private EmbeddedModel() {}

    /** Returns whether a name is that of an embedded model. */
    static boolean isName(String name) {
        return name.startsWith(OWNER);
    }

    /** Reads a model folder under the name of the model. */
    @FunctionalInterface
    interface Reader<T> {
        T read(Path folder, String name) throws IOException;
    }

    /** Reads a model by a name like {@code assay/stories}. */
    static <T> T read(String name, Reader<T> reader) throws IOException {
        // Checkpoints are mapped into memory, so the resources, which may be in a jar, are copied to files.
        Path folder = Files.createTempDirectory("assay-model");
        try {
            for (String file : FILES) {
                copy(name, file, folder.resolve(file));
            }
            return reader.read(folder, name);
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
                        "there is no embedded model \"" + name + "\", expected \"assay/stories\" or a folder");
            }
            Files.copy(in, target);
        }
    }
}
