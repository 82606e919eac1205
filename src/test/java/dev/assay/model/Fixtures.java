package dev.assay.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** Tiny random checkpoints with what Hugging Face computes for them. */
public final class Fixtures {
    public static final List<String> NAMES = List.of(
            "gpt_neox",
            "gpt2",
            "gpt2_hub_keys",
            "llama",
            "llama3_scaled_rope",
            "llama_sharded_bf16",
            "mistral",
            "qwen2",
            "qwen3",
            "gemma2",
            "gemma3_text",
            "phi");

    private Fixtures() {}

    /** Returns the folder of a checkpoint. */
    public static Path folder(String name) {
        try {
            return Path.of(Fixtures.class.getResource(name).toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public static Path expected(String name) {
        return folder(name).resolve("expected.safetensors");
    }

    public static HookedTransformer load(String name) {
        try {
            return HookedTransformer.load(folder(name));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Copies a checkpoint, with the configuration in its older spelling when asked. */
    public static Path copy(String name, Path target, boolean legacyConfig) throws IOException {
        try (Stream<Path> files = Files.list(folder(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        if (legacyConfig) {
            Files.move(
                    target.resolve("config.legacy.json"),
                    target.resolve("config.json"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        return target;
    }
}
