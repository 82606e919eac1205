package dev.assay.feature.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.feature.TinyDictionary;
import dev.assay.model.hook.ActivationCache;
import dev.assay.sae.SparseAutoencoder;
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
    void storesTheSameActivationsAsUnbatchedRuns() throws IOException {
        FeatureStore store = collector().batch(5).collect(folder.resolve("features"));
        float[][] codes = unbatchedCodes(store.provenance().text().contexts()); // [tokens, latents]
        long active = 0;
        for (int latent = 0; latent < TinyDictionary.LATENTS; latent++) {
            int count = 0;
            float max = 0;
            for (float[] row : codes) {
                count += row[latent] > 0 ? 1 : 0;
                max = Math.max(max, row[latent]);
            }
            assertEquals((double) count / store.tokens(), store.density(latent));
            assertEquals(max, store.maxActivation(latent), 1e-5);
            active += count;
            FeatureActivations row = store.activations(latent);
            for (int i = 0; i < row.size(); i++) {
                assertEquals(codes[(int) row.position(i)][latent], row.value(i), max / 131070 + 1e-5);
            }
            for (Example example : store.topExamples(latent, 20)) {
                int start = (int) example.position() - example.peak();
                float[] values = example.values();
                for (int i = 0; i < values.length; i++) {
                    assertEquals(codes[start + i][latent], values[i], max / 131070 + 1e-5);
                }
            }
        }
        assertTrue(active > 0);
        assertEquals(active, store.activations());
        assertEquals(0, store.density(TinyDictionary.LATENTS - 1));
        assertEquals(0, store.histogram(TinyDictionary.LATENTS - 1).total());
    }

    @Test
    void stopsAtTheSameContextForEveryBatchSize() throws IOException {
        FeatureStore one = collector().batch(1).collect(folder.resolve("one"));
        FeatureStore many = collector().batch(64).collect(folder.resolve("many"));
        assertEquals(one.provenance(), many.provenance());
        assertTrue(one.provenance().text().tokens() >= 1500
                && one.provenance().text().tokens() < 1500 + TinyDictionary.LENGTH);
        for (int latent = 0; latent < TinyDictionary.LATENTS; latent++) {
            FeatureActivations expected = one.activations(latent);
            FeatureActivations found = many.activations(latent);
            assertEquals(expected.size(), found.size());
            for (int i = 0; i < expected.size(); i++) {
                assertEquals(expected.position(i), found.position(i));
            }
        }
    }

    @Test
    void replacesAStoreAndKeepsTheOpenOneReadable() throws IOException {
        FeatureStore replaced = collector().collect(folder.resolve("features"));
        FeatureStore replacement = collector().tokens(3000).collect(folder.resolve("features"));
        assertTrue(replaced.tokens() < 2000 && replacement.tokens() >= 3000);
        assertEquals(
                replacement.provenance(),
                FeatureStore.open(folder.resolve("features")).provenance());
        assertEquals(List.of(), replaced.verify());
        assertEquals(List.of(), replacement.verify());
        assertEquals(tiny.model.name(), replacement.provenance().model().name());
        assertEquals(tiny.model.hash(), replacement.provenance().model().hash());
        assertEquals(TinyDictionary.SITE.name(), replacement.provenance().site());
    }

    @Test
    void writesEqualBytesForEqualPasses() throws IOException {
        collector().collect(folder.resolve("one"));
        collector().collect(folder.resolve("two"));
        for (String file : List.of("features.json", "features.safetensors")) {
            assertEquals(
                    -1,
                    Files.mismatch(
                            folder.resolve("one").resolve(file),
                            folder.resolve("two").resolve(file)));
        }
    }

    @Test
    void readsTextWithoutTheModel() throws IOException {
        FeatureStore store = collector().collect(folder.resolve("features"));
        try (ContextReader reader = tiny.corpus.read(Split.ALL)) {
            TokenBatch batch = reader.next(3);
            ContextTokens third = store.context(2L * TinyDictionary.LENGTH + 5);
            assertEquals(2L * TinyDictionary.LENGTH, third.start());
            assertEquals(batch.documents()[2 * TinyDictionary.LENGTH], third.document());
            for (int i = 0; i < TinyDictionary.LENGTH; i++) {
                int id = (int) batch.ids()[2 * TinyDictionary.LENGTH + i];
                assertEquals(id, third.ids()[i]);
                assertEquals(tiny.corpus.tokenizer().token(id), third.texts().get(i));
            }
        }
        assertRejected("no position -1", () -> store.context(-1));
        assertRejected("no position " + store.positions(), () -> store.context(store.positions()));
    }

    @Test
    void readsOnlyHeldOutDocuments() throws IOException {
        FeatureStore store = collector().split(Split.HELD_OUT).tokens(100_000).collect(folder.resolve("features"));
        FeatureActivations row = store.activations(0);
        assertTrue(row.size() > 0);
        for (int i = 0; i < row.size(); i++) {
            assertEquals(0, row.document(i) % 20);
        }
        assertEquals("held-out documents", store.provenance().text().part());
    }

    @Test
    void rejectsUnusableStoresFoldersAndArguments() throws IOException {
        Path features = folder.resolve("features");
        assertRejected("contains no feature store", () -> FeatureStore.open(features));
        FeatureStore store = collector().collect(features);
        Path data = features.resolve("features.safetensors");
        Path kept = folder.resolve("kept");
        Files.copy(data, kept);

        try (FileChannel channel = FileChannel.open(data, StandardOpenOption.WRITE)) {
            channel.truncate(Files.size(data) - 1000);
        }
        assertRejected("features.safetensors has", () -> FeatureStore.open(features));
        Files.delete(data);
        assertRejected("features.safetensors is missing", () -> FeatureStore.open(features));
        try (SparseAutoencoder sae = TinyDictionary.dictionary(tiny.model, 2, TinyDictionary.SITE.name())) {
            FeatureCollector.of(tiny.model, sae, tiny.corpus)
                    .tokens(1500)
                    .window(6, 4)
                    .collect(folder.resolve("other"));
        }
        Files.copy(folder.resolve("other/features.safetensors"), data);
        assertRejected("two different passes", () -> FeatureStore.open(features));
        Files.copy(kept, data, StandardCopyOption.REPLACE_EXISTING);
        assertEquals(store.provenance(), FeatureStore.open(features).provenance());

        assertRejected("no latent 40, expected 0 to 39", () -> store.density(40));
        assertRejected("no latent -1", () -> store.maxActivation(-1));
        Files.writeString(features.resolve("thesis.tex"), "!");
        assertRejected(
                "contains thesis.tex, expected an empty folder",
                () -> collector().collect(features));
        assertRejected("is a file", () -> collector().collect(kept));
        assertRejected("the number of tokens to read is 0", () -> collector().tokens(0));
    }

    @Test
    void rejectsUnsupportedOrEditedManifests() throws IOException {
        Path features = folder.resolve("features");
        collector().collect(features);
        Path manifest = features.resolve("features.json");
        String text = Files.readString(manifest);
        Files.writeString(manifest, text.replace("\"format_version\" : 2", "\"format_version\" : 1"));
        assertRejected("version 1, expected version 2; collect it again", () -> FeatureStore.open(features));
        Files.writeString(manifest, text.replace("\"format_version\" : 2", "\"format_version\" : 3"));
        assertRejected("format_version is 3, expected 2", () -> FeatureStore.open(features));
        Files.writeString(manifest, text.replace("\"latents\" : 40", "\"latents\" : 41"));
        assertRejected("was edited after it was written", () -> FeatureStore.open(features));
        Files.writeString(manifest, text.substring(0, 80));
        assertRejected("is not valid JSON", () -> FeatureStore.open(features));
        assertFalse(FeatureStore.isStore(folder));
    }

    private static void assertRejected(String part, Executable executable) {
        String message = assertThrows(InvalidInputException.class, executable).getMessage();
        assertTrue(message.contains(part), message);
        assertEquals(1, message.lines().count());
    }

    private static FeatureCollector collector() {
        return FeatureCollector.of(tiny.model, tiny.sae, tiny.corpus)
                .tokens(1500)
                .window(6, 4);
    }

    private static float[][] unbatchedCodes(long contexts) throws IOException {
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
