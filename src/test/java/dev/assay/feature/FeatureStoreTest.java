package dev.assay.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.model.ActivationCache;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextReader;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class FeatureStoreTest {
    private static TinyDictionary tiny;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() throws IOException {
        tiny = new TinyDictionary();
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    @Test
    void thePassFindsWhatTheModelRunOneByOneFinds() throws IOException {
        FeatureStore store = collector().batch(5).collect(folder.resolve("features"));
        float[][] codes = codesOneByOne(store.provenance().contexts()); // [tokens, latents]
        FeatureTables tables = store.tables();
        long active = 0;
        for (int latent = 0; latent < TinyDictionary.LATENTS; latent++) {
            int count = 0;
            float max = 0;
            for (float[] row : codes) {
                count += row[latent] > 0 ? 1 : 0;
                max = Math.max(max, row[latent]);
            }
            assertEquals((double) count / store.provenance().tokens(), store.density(latent));
            assertEquals(max, store.maxActivation(latent), 1e-5);
            active += count;
            ExampleTable examples = tables.examples();
            for (int row = examples.first(latent); row < examples.end(latent); row++) {
                int peak = (int) examples.positions()[row];
                int start = peak - examples.peaks()[row];
                float[] values = examples.activations(row);
                for (int i = 0; i < values.length; i++) {
                    assertEquals(codes[start + i][latent], values[i], 1e-5);
                }
            }
        }
        assertTrue(active > 0);
        assertEquals(0, store.density(TinyDictionary.LATENTS - 1));
        assertEquals(0, tables.histogram(TinyDictionary.LATENTS - 1).total());
    }

    @Test
    void batchesDoNotMatterAndThePassEndsInTime() throws IOException {
        FeatureStore one = collector().batch(1).collect(folder.resolve("one"));
        FeatureStore many = collector().batch(64).collect(folder.resolve("many"));
        assertEquals(one.provenance(), many.provenance());
        assertTrue(one.provenance().tokens() >= 1500 && one.provenance().tokens() < 1500 + TinyDictionary.LENGTH);
        assertArrayEquals(one.tables().counts(), many.tables().counts());
        assertArrayEquals(
                one.tables().examples().positions(), many.tables().examples().positions());
    }

    @Test
    void opensAsItWasCollected() throws IOException {
        FeatureStore written = collector().collect(folder.resolve("features"));
        FeatureStore read = FeatureStore.open(folder.resolve("features"));
        assertEquals(written.provenance(), read.provenance());
        assertArrayEquals(written.tables().counts(), read.tables().counts());
        assertArrayEquals(written.tables().sums(), read.tables().sums());
        assertArrayEquals(written.tables().maxima(), read.tables().maxima());
        assertArrayEquals(written.tables().histograms(), read.tables().histograms());
        assertArrayEquals(written.tables().binWidths(), read.tables().binWidths());
        ExampleTable before = written.tables().examples();
        ExampleTable after = read.tables().examples();
        assertArrayEquals(before.offsets(), after.offsets());
        assertArrayEquals(before.tokens(), after.tokens());
        assertArrayEquals(before.values(), after.values());
        assertArrayEquals(before.lengths(), after.lengths());
        assertArrayEquals(before.peaks(), after.peaks());
        assertArrayEquals(before.positions(), after.positions());
        assertArrayEquals(before.documents(), after.documents());
        assertEquals(tiny.model.name(), read.provenance().model());
        assertEquals(TinyDictionary.SITE.name(), read.provenance().hook());
        // A new pass takes the place of the old one.
        collector().examples(3).collect(folder.resolve("features"));
        long[] offsets = FeatureStore.open(folder.resolve("features"))
                .tables()
                .examples()
                .offsets();
        assertEquals(3, offsets[1]);
    }

    @Test
    void aStoreWithoutExamplesIsAStore() throws IOException {
        collector().examples(0).collect(folder.resolve("features"));
        FeatureStore store = FeatureStore.open(folder.resolve("features"));
        assertEquals(0, store.tables().examples().rows());
        assertTrue(FeatureInspector.of(tiny.model, tiny.sae, store)
                .feature(0)
                .topExamples()
                .isEmpty());
    }

    @Test
    void heldOutTextIsReadAlone() throws IOException {
        FeatureStore store = collector().split(Split.HELD_OUT).tokens(100_000).collect(folder.resolve("features"));
        assertEquals(
                1,
                LongStream.of(store.tables().examples().documents())
                        .map(document -> document % 20)
                        .distinct()
                        .count());
        assertEquals("held-out documents", store.provenance().split());
    }

    @Test
    void whatCannotBeUsedIsSaidInOneSentence() throws IOException {
        Path features = folder.resolve("features");
        refused("holds no feature store", () -> FeatureStore.open(features));
        FeatureStore store = collector().collect(features);
        Path data = features.resolve("features.safetensors");
        Path kept = folder.resolve("kept");
        Files.copy(data, kept);

        try (FileChannel channel = FileChannel.open(data, StandardOpenOption.WRITE)) {
            channel.truncate(Files.size(data) - 1000);
        }
        refused("features.safetensors", () -> FeatureStore.open(features));
        Files.delete(data);
        refused("features.safetensors is missing", () -> FeatureStore.open(features));
        collector().collect(folder.resolve("other"));
        Files.copy(folder.resolve("other/features.safetensors"), data);
        refused("two different passes", () -> FeatureStore.open(features));
        Files.copy(kept, data, StandardCopyOption.REPLACE_EXISTING);
        assertEquals(store.provenance(), FeatureStore.open(features).provenance());

        refused("no latent 40, expected 0 to 39", () -> store.density(40));
        refused("no latent -1", () -> store.maxActivation(-1));
        Files.writeString(features.resolve("thesis.tex"), "!");
        refused("holds thesis.tex, expected an empty folder", () -> collector().collect(features));
        refused("is a file", () -> collector().collect(kept));
        refused("asked to read 0 tokens", () -> collector().tokens(0));
    }

    @Test
    void manifestsOfOtherKindsAreRefused() throws IOException {
        Path features = folder.resolve("features");
        collector().collect(features);
        Path manifest = features.resolve("features.json");
        String text = Files.readString(manifest);
        Files.writeString(manifest, text.replace("\"format_version\" : 1", "\"format_version\" : 2"));
        refused("format_version", () -> FeatureStore.open(features));
        Files.writeString(manifest, text.replace("\"latents\" : 40", "\"latents\" : 41"));
        refused("example_offsets has shape (41), expected (42)", () -> FeatureStore.open(features));
        Files.writeString(manifest, text.substring(0, 80));
        refused("is not valid JSON", () -> FeatureStore.open(features));
        assertFalse(FeatureStore.isStore(folder));
    }

    private static void refused(String part, Executable executable) {
        String message = assertThrows(InvalidInputException.class, executable).getMessage();
        assertTrue(message.contains(part), message);
        assertEquals(1, message.lines().count());
    }

    private static FeatureCollector collector() {
        return FeatureCollector.of(tiny.model, tiny.sae, tiny.corpus)
                .tokens(1500)
                .window(6, 4);
    }

    private static float[][] codesOneByOne(long contexts) throws IOException {
        List<float[]> codes = new ArrayList<>();
        try (ContextReader reader = tiny.corpus.read(Split.ALL)) {
            for (int i = 0; i < contexts; i++) {
                TokenBatch batch = reader.next(1);
                try (Scope scope = Scope.open();
                        ActivationCache cache =
                                tiny.model.cache(batch.toArray(tiny.model.manager()), TinyDictionary.SITE)) {
                    NDArray dense =
                            tiny.sae.encode(cache.get(TinyDictionary.SITE)).dense();
                    float[] flat = dense.toFloatArray();
                    for (int token = 0; token < batch.length(); token++) {
                        float[] row = new float[TinyDictionary.LATENTS];
                        if (!tiny.corpus.tokenizer().isSpecial((int) batch.ids()[token])) {
                            System.arraycopy(flat, token * row.length, row, 0, row.length);
                        }
                        codes.add(row);
                    }
                }
            }
        }
        return codes.toArray(float[][]::new);
    }
}
