package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCopyTest {
    @Test
    void copySharesNoMemoryAndOutlivesTheModel(@TempDir Path folder) throws IOException {
        HookedTransformer model = Fixtures.load("gpt_neox");
        HookedTransformer copy = ModelCopy.of(model);
        assertEquals(model.hash(), copy.hash());
        int[] prompt = model.tokenizer().encode("the cat");
        int[] text = model.generate(prompt, 5);
        String before = model.hash();
        try (Scope scope = Scope.open()) {
            copy.parameters().values().forEach(array -> Aten.mul_(array, 2));
        }
        assertEquals(before, model.hash());
        assertFalse(copy.hash().equals(before));
        try (Scope scope = Scope.open()) {
            copy.parameters().values().forEach(array -> Aten.mul_(array, 0.5));
        }
        model.close();
        assertArrayEquals(text, copy.generate(copy.tokenizer().encode("the cat"), 5));
        copy.save(folder.resolve("copy"));
        copy.close();
        try (HookedTransformer loaded = HookedTransformer.load(folder.resolve("copy"))) {
            assertEquals(before, loaded.hash());
        }
    }

    @Test
    void copyOfAModelWhoseFolderWasDeletedHasItsTokenizer(@TempDir Path folder) throws IOException {
        Path source = Fixtures.copy("gpt_neox", Files.createDirectory(folder.resolve("model")), false);
        try (HookedTransformer model = HookedTransformer.load(source)) {
            try (Stream<Path> files = Files.list(source)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            try (HookedTransformer copy = ModelCopy.of(model)) {
                assertArrayEquals(
                        model.tokenizer().encode("a red mat"), copy.tokenizer().encode("a red mat"));
            }
        }
    }
}
