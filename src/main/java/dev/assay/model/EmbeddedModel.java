package dev.assay.model;

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

    /** Makes something of a folder, which is called otherwise than where it lies. */
    @FunctionalInterface
    interface Reader<T> {
        T read(Path folder, String name) throws IOException;
    }

    /** Reads a model by a name like {@code assay/stories}. */
    static <T> T read(String name, Reader<T> reader) throws IOException {
        // A checkpoint is mapped into memory, which takes a file: the resources may lie in a jar.
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
                        "model \"" + name + "\" does not come with Assay, expected \"assay/stories\" or a folder");
            }
            Files.copy(in, target);
        }
    }
}
