package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.io.Json;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code assay verify-store} and {@code assay bench features} on feature stores. */
class FeatureStoreCommandsTest {
    private static final int LATENTS = 30;

    @TempDir
    Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void verifyStoreDetectsDamageOfAFeatureStore() throws Exception {
        Path folder = temporary.resolve("features");
        collect(folder);
        assertEquals(0, run("verify-store", folder.toString()), err::toString);
        assertTrue(out.toString().startsWith(folder + ": "), out::toString);
        assertTrue(out.toString().contains(" activations of 30 latents on "), out::toString);
        assertTrue(out.toString().endsWith("; every array is sound" + System.lineSeparator()), out::toString);

        Path data = folder.resolve("features.safetensors");
        byte[] bytes = Files.readAllBytes(data);
        bytes[bytes.length - 1] ^= 1;
        Files.write(data, bytes);
        assertEquals(1, run("verify-store", folder.toString()), err::toString);
        assertTrue(out.toString().startsWith(data + ": the hash of vocabulary does not match"), out::toString);
        assertTrue(out.toString().contains("; 1 damaged"), out::toString);

        Files.write(data, new byte[100]);
        assertEquals(2, run("verify-store", folder.toString()));
        assertTrue(err.toString().startsWith("assay: " + data + " has 100 bytes, expected "), err::toString);
        assertEquals(1, err.toString().lines().count());
    }

    @Test
    void benchmarkPrintsFiguresAndDeletesItsFiles() throws Exception {
        String[] tiny = {"bench", "features", "--json", "--tokens", "1500", "--rounds", "1", "--d-sae", "64", "--k", "4"
        };
        String[] command = Stream.concat(Stream.of(tiny), Stream.of("--dir", temporary.toString()))
                .toArray(String[]::new);
        assertEquals(0, run(command), err::toString);
        JsonNode figures = Json.mapper().readTree(out.toString());
        assertTrue(figures.get("tokens").asLong() >= 1500);
        assertEquals(64, figures.get("latents").asInt());
        assertEquals(4, figures.get("l0").asDouble(), 0.2);
        for (String name : new String[] {
            "harvest_encode_tokens_per_second",
            "feature_build_tokens_per_second",
            "feature_build_ratio_to_harvest_encode",
            "feature_bytes_per_activation",
            "feature_open_ms",
            "feature_report_first_ms",
            "feature_report_ms",
            "feature_report_slowest_ms"
        }) {
            assertTrue(figures.get(name).asDouble() > 0, name);
        }
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(0, left.count());
        }
        assertEquals(2, run("bench", "features", "--rounds", "0"));
        assertEquals("assay: --rounds is 0, expected at least 1", err.toString().strip());
    }

    private void collect(Path folder) throws Exception {
        try (HookedTransformer model = HookedTransformer.load(Fixtures.folder("gpt_neox"));
                Scope scope = Scope.open()) {
            int width = model.config().dModel();
            NDArray directions = Weights.randomDirections(model.manager(), LATENTS, width, 3);
            try (SparseAutoencoder sae = SparseAutoencoder.builder()
                    .architecture(TopK.of(4))
                    .weights(new Weights(
                            directions,
                            model.manager().zeros(new Shape(LATENTS)),
                            directions,
                            model.manager().zeros(new Shape(width))))
                    .build()) {
                Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 100))
                        .contextLength(32)
                        .build();
                FeatureCollector.of(model, sae, corpus)
                        .hook(HookPoint.residPost(0))
                        .tokens(1000)
                        .collect(folder);
            }
        }
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
