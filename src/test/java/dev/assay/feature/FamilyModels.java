package dev.assay.feature;

import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** Tiny random models of every family, with a common tokenizer. */
final class FamilyModels {
    private final Path folder;

    FamilyModels(Path folder) {
        this.folder = folder;
    }

    HookedTransformer load(String family) throws IOException {
        Path target = folder.resolve(family);
        Files.createDirectories(target);
        copy(Fixtures.folder(family), target, List.of());
        copy(Fixtures.folder("gpt_neox"), target, List.of("tokenizer.json", "tokenizer_config.json"));
        return HookedTransformer.load(target);
    }

    private static void copy(Path source, Path target, List<String> names) throws IOException {
        try (Stream<Path> files = Files.list(source)) {
            files.filter(file ->
                            names.isEmpty() || names.contains(file.getFileName().toString()))
                    .forEach(file -> copy(file, target.resolve(file.getFileName())));
        }
    }

    private static void copy(Path file, Path to) {
        try {
            Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
