package dev.assay.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DictionaryLocationTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "EleutherAI/sae-x/layers.2, EleutherAI/sae-x, layers.2, EleutherAI--sae-x/layers.2",
        "google/scope@v1/layer_2/width_16k, google/scope@v1, layer_2/width_16k, google--scope@v1/layer_2/width_16k",
        "google/scope:layer_2, google/scope, layer_2, google--scope/layer_2",
        "org/name@main, org/name@main, '', org--name@main",
        "org/name:, org/name, '', org--name"
    })
    void parsesFoldersOfRepositories(String name, String repository, String inside, String files) {
        DictionaryLocation location = DictionaryLocation.of(name);
        assertEquals(new DictionaryLocation.OnHub(repository, inside), location);
        assertEquals(Path.of(files), location.files());
    }

    @ParameterizedTest
    @CsvSource({"runs", "runs/first", "./runs/first/best", "/runs/first/best", "src/main/nowhere", "../a/b/c"})
    void parsesPaths(String name) {
        assertEquals(new DictionaryLocation.OnDisk(Path.of(name)), DictionaryLocation.of(name));
    }

    @Test
    void filesAboutADictionaryInAFileAreInItsFolder() throws Exception {
        Path file = Files.createFile(folder.resolve("params.npz"));
        assertEquals(folder, DictionaryLocation.of(file.toString()).files());
    }
}
