package dev.assay.sae;

import static dev.assay.sae.Dictionaries.fixture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import dev.assay.hub.FakeHub;
import dev.assay.hub.Hub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Loading of dictionaries from a hub repository, with a local server. */
@Timeout(30)
class HubDictionaryTest {
    @TempDir
    private Path cache;

    private FakeHub server;
    private Hub hub;

    @BeforeEach
    void start() throws IOException {
        server = new FakeHub();
        add("", fixture("topk"));
        add("layers.3/", fixture("formats/sparsify/layers.3"));
        add("layer_20/width_16k/average_l0_71/", fixture("formats/gemma_scope"));
        server.file("pickled/ae.pt", "pickle").file("pickled/config.json", "{}").file("README.md", "# SAEs");
        hub = Hub.builder()
                .endpoint(server.address())
                .cache(cache)
                .token(null)
                .offline(false)
                .progress(false)
                .build();
    }

    private void add(String folder, Path files) throws IOException {
        try (Stream<Path> listed = Files.list(files)) {
            for (Path file : listed.filter(path -> !path.endsWith("expected.safetensors"))
                    .toList()) {
                server.file(folder + file.getFileName(), Files.readAllBytes(file));
            }
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({"'', topk, 64", "layers.3, topk, 48", "layer_20/width_16k/average_l0_71, jumprelu, 48"})
    void loadsEveryFormatFromItsFolder(String folder, String id, int dSae) throws IOException {
        try (SparseAutoencoder sae = load(folder)) {
            assertEquals(id, sae.architecture().id());
            assertEquals(dSae, sae.dSae());
        }
        int requests = server.requestCount();
        load(folder).close();
        assertEquals(requests, server.requestCount(), "the second load uses the cache");
    }

    @Test
    void downloadsOnlyTheFolder() throws IOException {
        load("layers.3").close();
        try (Stream<Path> files = Files.walk(cache.resolve("models--org--name/snapshots"))) {
            List<String> names = files.filter(file -> !Files.isDirectory(file))
                    .map(file -> file.getParent().getFileName() + "/" + file.getFileName())
                    .sorted()
                    .toList();
            assertEquals(List.of("layers.3/cfg.json", "layers.3/sae.safetensors"), names);
        }
    }

    @Test
    void refusesFoldersWithoutALoadableDictionary() {
        assertEquals(
                "org/name has no dictionary in the folder pickled, only pickled weights, which are not supported because they"
                        + " can run any code (scripts/convert_dictionary_learning.py converts ae.pt), expected a"
                        + " safetensors file with its configuration, or params.npz",
                refused("pickled"));
        assertEquals(
                "org/name has no dictionary in the folder layers.4, expected a safetensors file with its configuration, or"
                        + " params.npz",
                refused("layers.4"));
        assertTrue(refused("../etc").endsWith("or an empty path for the repository root"));
    }

    private SparseAutoencoder load(String folder) throws IOException {
        return DictionaryFiles.read(hub, "org/name", folder, Device.cpu());
    }

    private String refused(String folder) {
        return assertThrows(InvalidInputException.class, () -> load(folder)).getMessage();
    }
}
