package dev.assay.feature.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.InputOptions;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Standard;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests a store of a dictionary with known activations. It reads the token embedding, and each latent is active on one token. Of the last
 * two latents, one is active on the token of latent 3 and one is dead.
 */
class PlantedStoreTest {
    private static final HookPoint SITE = HookPoint.parse("blocks.0.hook_resid_pre");
    private static final int PLANTED = 12;
    private static final int TWIN = PLANTED; // active with latent 3, at half the activation
    private static final int DEAD = PLANTED + 1;
    private static final int CONTEXTS = 60;
    private static final int LENGTH = 64;

    @TempDir
    static Path folder;

    private static HookedTransformer model;
    private static Corpus corpus;
    private static SparseAutoencoder sae;
    private static FeatureStore store;
    private static final List<Integer> tokens = new ArrayList<>(); // the token of each planted latent
    private static long[] read;

    @BeforeAll
    static void collect() throws IOException {
        model = HookedTransformer.load("assay/stories");
        corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(4, 400))
                .contextLength(LENGTH)
                .build();
        try (ContextReader reader = corpus.read(Split.ALL)) {
            read = reader.next(CONTEXTS).ids();
        }
        sae = plant();
        long counted = Arrays.stream(read)
                .filter(id -> !model.tokenizer().isSpecial((int) id))
                .count();
        store = FeatureCollector.of(model, sae, corpus)
                .tokens(counted)
                .partners(5)
                .collect(folder.resolve("features"));
    }

    @AfterAll
    static void close() {
        sae.close();
        model.close();
    }

    /** Sets each encoder direction to the embedding of its token, with a bias above the product with any other token. */
    private static SparseAutoencoder plant() {
        int width = model.config().dModel();
        int vocabulary = model.tokenizer().vocabularySize();
        float[] embedding = embedding(vocabulary);
        float[] encoder = new float[(PLANTED + 2) * width];
        float[] bias = new float[PLANTED + 2];
        for (int place = 0; tokens.size() < PLANTED; place++) {
            int token = (int) read[place * 7];
            double own = product(embedding, token, token, width);
            double most = 0;
            for (int other = 0; other < vocabulary; other++) {
                most = other == token ? most : Math.max(most, product(embedding, token, other, width));
            }
            if (!tokens.contains(token) && !model.tokenizer().isSpecial(token) && most < 0.9 * own) {
                int latent = tokens.size();
                System.arraycopy(embedding, token * width, encoder, latent * width, width);
                bias[latent] = (float) -(0.5 * own + 0.5 * most);
                tokens.add(token);
            }
        }
        for (int i = 0; i < width; i++) {
            encoder[TWIN * width + i] = encoder[3 * width + i] / 2;
        }
        bias[TWIN] = bias[3] / 2;
        bias[DEAD] = -1e6f;
        try (Scope scope = Scope.open()) {
            NDArray rows = model.manager().create(encoder, new Shape(PLANTED + 2, width));
            return SparseAutoencoder.builder()
                    .architecture(new Standard())
                    .input(InputOptions.PLAIN)
                    .weights(new Weights(
                            rows,
                            model.manager().create(bias),
                            rows,
                            model.manager().zeros(new Shape(width))))
                    .metadata(SaeMetadata.builder().hookName(SITE.name()).build())
                    .build();
        }
    }

    private static float[] embedding(int vocabulary) {
        long[] ids = new long[vocabulary];
        for (int id = 0; id < vocabulary; id++) {
            ids[id] = id;
        }
        try (Scope scope = Scope.open();
                ActivationCache cache = model.cache(model.manager().create(ids, new Shape(vocabulary, 1)), SITE)) {
            return cache.get(SITE).toFloatArray();
        }
    }

    private static double product(float[] rows, int one, int other, int width) {
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += (double) rows[one * width + i] * rows[other * width + i];
        }
        return sum;
    }

    @Test
    void latentsAreActiveOnlyOnTheirToken() {
        for (int latent = 0; latent < PLANTED; latent++) {
            FeatureActivations row = store.activations(latent);
            int next = 0;
            for (int position = 0; position < read.length; position++) {
                if (read[position] == tokens.get(latent)) {
                    assertEquals(position, row.position(next));
                    assertEquals(store.maxActivation(latent), row.value(next++), 1e-4 * store.maxActivation(latent));
                }
            }
            assertEquals(next, row.size());
            assertEquals((double) next / store.tokens(), store.density(latent));
            for (Example example : store.topExamples(latent, 5)) {
                assertEquals(
                        model.tokenizer().token(tokens.get(latent)),
                        example.tokens().get(example.peak()));
            }
        }
        assertTrue(store.stats(DEAD).isDead());
        assertEquals(List.of(), store.topExamples(DEAD, 5));
    }

    @Test
    void findsThePlantedPairAsCoactivating() {
        assertEquals(1, store.coactivating(3, 5).size());
        Coactivation twin = store.coactivating(3, 5).get(0);
        assertEquals(TWIN, twin.latent());
        assertEquals(1, twin.jaccard());
        assertEquals(1, twin.pearson(), 1e-6);
        assertEquals(1 / store.density(3), twin.lift(), 1e-9);
        assertEquals(3, store.correlated(TWIN, 1).get(0).latent());
        assertEquals(List.of(), store.coactivating(5, 5));
        assertEquals(0, store.coactivationWith(5, 3).together());
        assertTrue(store.coactivationWith(5, 3).pearson() < 0);
        assertEquals(new Coactivation(DEAD, 0, 0, 0, 0), store.coactivationWith(5, DEAD));
    }

    @Test
    void searchFindsThePlantedLatents() {
        String token = model.tokenizer().token(tokens.get(3));
        assertEquals(List.of(3, TWIN), store.search(FeatureQuery.all().peakToken(token.strip())));
        assertEquals(List.of(), store.search(FeatureQuery.all().peakToken("no such token")));
        assertEquals(PLANTED + 2, store.search(FeatureQuery.all()).size());
        assertEquals(List.of(DEAD), store.search(FeatureQuery.all().density(0, 0)));
        assertEquals(
                List.of(3),
                store.search(FeatureQuery.all()
                        .peakToken(token)
                        .strength(store.maxActivation(3), Double.POSITIVE_INFINITY)));
        for (int latent = 0; latent < PLANTED; latent++) {
            String own = Pattern.quote(model.tokenizer().token(tokens.get(latent)));
            assertTrue(store.search(FeatureQuery.all().text(own).examples(1)).contains(latent));
        }
        assertEquals(List.of(), store.search(FeatureQuery.all().text("\\bxylophone\\d")));
        FeatureQuery exponential =
                FeatureQuery.all().text("(\\w|\\w\\w|\\W)+\\1\\d!").timeLimit(Duration.ofMillis(200));
        long begin = System.nanoTime();
        assertRejected("takes longer than 0.2 s over the examples", () -> store.search(exponential));
        assertTrue(System.nanoTime() - begin < 10_000_000_000L);
        assertRejected("ascending range", () -> FeatureQuery.all().density(0.2, 0.1));
        assertRejected(
                "\"(\" is not a regular expression", () -> FeatureQuery.all().text("("));
        assertRejected(
                "the number of examples to search is 0",
                () -> FeatureQuery.all().examples(0));
    }

    @Test
    void rejectsArgumentsOutOfRange() {
        assertRejected("no latent 14, expected 0 to 13", () -> store.activations(14));
        assertRejected("the share is 1.5, expected 0 to 1", () -> store.quantile(0, 1.5));
        assertRejected("number of examples is -1", () -> store.topExamples(0, -1));
        assertRejected("number of groups is 0", () -> store.examplesByInterval(0, 0, 3));
        assertRejected("number of examples per group is -1", () -> store.examplesByQuantile(0, 3, -1));
        assertRejected("the number of tokens before the peak is -1", () -> new ExampleWindow(-1, 3));
        assertRejected("number of latents is -1", () -> store.coactivating(0, -1));
        assertRejected(
                "memory budget", () -> FeatureCollector.of(model, sae, corpus).memoryBudget(1000));
        assertRejected(
                "number of partners per latent is -1",
                () -> FeatureCollector.of(model, sae, corpus).partners(-1));
    }

    private static void assertRejected(String part, Executable executable) {
        String message = assertThrows(InvalidInputException.class, executable).getMessage();
        assertTrue(message.contains(part), message);
        assertEquals(1, message.lines().count());
    }
}
