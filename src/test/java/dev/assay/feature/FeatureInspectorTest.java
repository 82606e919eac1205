package dev.assay.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.model.HookPoint;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureInspectorTest {
    @TempDir
    static Path folder;

    private static TinyDictionary tiny;
    private static FeatureStore store;
    private static FeatureInspector inspector;

    @BeforeAll
    static void open() throws IOException {
        tiny = new TinyDictionary();
        store = FeatureCollector.of(tiny.model, tiny.sae, tiny.corpus)
                .tokens(2000)
                .collect(folder.resolve("features"));
        inspector = FeatureInspector.of(tiny.model, tiny.sae, store);
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    @Test
    void logitsAreThoseOfADoublePrecisionOracle() {
        int width = tiny.model.config().dModel();
        float[] decoder = tiny.sae.decoder().toFloatArray();
        float[] weight = tiny.model.finalNormWeight().toFloatArray();
        float[] unembedding = tiny.model.unembedding().toFloatArray();
        int tokens = Math.min(unembedding.length / width, tiny.model.tokenizer().vocabularySize());
        for (int latent : new int[] {0, 7, 39}) {
            double mean = 0;
            for (int i = 0; i < width; i++) {
                mean += (double) decoder[latent * width + i] / width;
            }
            List<double[]> logits = new ArrayList<>(); // token, logit
            for (int token = 0; token < tokens; token++) {
                double logit = 0;
                for (int i = 0; i < width; i++) {
                    logit += (decoder[latent * width + i] - mean) * weight[i] * unembedding[token * width + i];
                }
                logits.add(new double[] {token, logit});
            }
            logits.sort(Comparator.comparingDouble(pair -> -pair[1]));
            FeatureReport report = inspector.feature(latent);
            assertEquals(10, report.topLogits().size());
            for (int i = 0; i < 10; i++) {
                assertLogit(logits.get(i), report.topLogits().get(i));
                assertLogit(logits.get(tokens - 1 - i), report.bottomLogits().get(i));
            }
        }
    }

    private static void assertLogit(double[] expected, TokenLogit found) {
        assertEquals((int) expected[0], found.id());
        assertEquals(expected[1], found.logit(), 1e-5);
        assertEquals(tiny.model.tokenizer().token((int) expected[0]), found.token());
    }

    @Test
    void reportsSayWhatTheStoreHolds() {
        int strongest = 0;
        for (FeatureSummary feature : inspector.features()) {
            FeatureReport report = inspector.feature(feature.latent());
            assertEquals(feature.latent(), report.latent());
            assertEquals(store.density(feature.latent()), report.density());
            assertEquals(report.activeTokens(), report.histogram().total());
            assertEquals(report.isDead(), feature.isDead());
            if (!report.isDead()) {
                assertEquals(report.maxActivation(), report.topExamples().get(0).peakValue());
                Example first = report.topExamples().get(0);
                assertEquals(
                        first.tokens().get(first.peak()), feature.peakTokens().get(0));
                strongest++;
            }
        }
        assertTrue(strongest > 10);
        assertTrue(inspector.feature(TinyDictionary.LATENTS - 1).isDead());
        for (FeatureReport report : inspector.reports(3, 6)) {
            assertEquals(inspector.feature(report.latent()).topExamples(), report.topExamples());
        }
    }

    @Test
    void examplesCannotBeChanged() {
        Example example = inspector.feature(firstLive()).topExamples().get(0);
        example.values()[example.peak()] = -1;
        assertTrue(example.peakValue() > 0);
        assertThrows(UnsupportedOperationException.class, () -> example.tokens().add("x"));
        assertTrue(example.toString().contains("peak="));
    }

    @Test
    void sitesBesideTheResidualStreamHaveNoLogits() throws IOException {
        HookPoint site = HookPoint.parse("blocks.1.ln2.hook_normalized");
        try (SparseAutoencoder sae = TinyDictionary.dictionary(tiny.model, 4, site.name())) {
            FeatureStore other = FeatureStore.collect(tiny.model, sae, tiny.corpus, folder.resolve("normalized"));
            FeatureReport report = FeatureInspector.of(tiny.model, sae, other).feature(0);
            assertTrue(report.topLogits().isEmpty() && report.bottomLogits().isEmpty());
        }
    }

    @Test
    void otherDictionariesAndModelsAreRefused() throws IOException {
        try (SparseAutoencoder other = TinyDictionary.dictionary(tiny.model, 2, TinyDictionary.SITE.name())) {
            assertTrue(message(tiny.model, other).contains("another dictionary: the hash"));
        }
        try (HookedTransformer other = HookedTransformer.random(tiny.model.config(), 3, tiny.model.device())) {
            assertTrue(message(other, tiny.sae).contains("another model"));
        }
        assertTrue(assertThrows(InvalidInputException.class, () -> inspector.feature(40))
                .getMessage()
                .contains("no latent 40, expected 0 to 39"));
    }

    private static String message(HookedTransformer model, SparseAutoencoder sae) {
        return assertThrows(InvalidInputException.class, () -> FeatureInspector.of(model, sae, store))
                .getMessage();
    }

    @Test
    void theDashboardIsWrittenFromTheStore() throws IOException {
        Path page = folder.resolve("deep/er/page.html");
        inspector.dashboard().title("Tiny").write(page);
        String html = Files.readString(page);
        assertTrue(html.contains("id=\"feature-" + firstLive() + "\""));
        assertTrue(html.contains("blocks.1.hook_resid_post"));
        assertFalse(html.contains("id=\"feature-39\""));
    }

    private static int firstLive() {
        return inspector.features().stream()
                .filter(feature -> !feature.isDead())
                .findFirst()
                .orElseThrow()
                .latent();
    }
}
