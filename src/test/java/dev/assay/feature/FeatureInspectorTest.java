package dev.assay.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.feature.prompt.PromptFeature;
import dev.assay.feature.prompt.PromptOptions;
import dev.assay.feature.prompt.PromptRanking;
import dev.assay.feature.prompt.PromptReport;
import dev.assay.feature.report.ExampleEffects;
import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.report.Neighbour;
import dev.assay.feature.report.TokenLogit;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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
    void topLogitsMatchAFloat64Oracle() {
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
    void reportsMatchTheStore() {
        int live = 0;
        for (FeatureSummary feature : inspector.features()) {
            FeatureReport report = inspector.feature(feature.latent());
            assertEquals(feature.latent(), report.latent());
            assertEquals(store.density(feature.latent()), report.stats().density());
            assertEquals(report.stats().activeTokens(), report.histogram().total());
            assertEquals(report.isDead(), feature.isDead());
            if (!report.isDead()) {
                assertEquals(report.stats().max(), report.topExamples().get(0).peakValue());
                Example first = report.topExamples().get(0);
                assertEquals(
                        first.tokens().get(first.peak()), feature.peakTokens().get(0));
                live++;
            }
        }
        assertTrue(live > 10);
        assertTrue(inspector.feature(TinyDictionary.LATENTS - 1).isDead());
        for (FeatureReport report : inspector.reports(3, 6)) {
            assertEquals(inspector.feature(report.latent()).topExamples(), report.topExamples());
        }
    }

    @Test
    void examplesAreImmutable() {
        Example example = inspector.feature(firstLive()).topExamples().get(0);
        example.values()[example.peak()] = -1;
        assertTrue(example.peakValue() > 0);
        assertThrows(UnsupportedOperationException.class, () -> example.tokens().add("x"));
        assertTrue(example.toString().contains("peak="));
    }

    @Test
    void reportsNoLogitsOutsideTheResidualStream() throws IOException {
        HookPoint site = HookPoint.parse("blocks.1.ln2.hook_normalized");
        try (SparseAutoencoder sae = TinyDictionary.dictionary(tiny.model, 4, site.name())) {
            FeatureStore other = FeatureStore.collect(tiny.model, sae, tiny.corpus, folder.resolve("normalized"));
            FeatureReport report = FeatureInspector.of(tiny.model, sae, other).feature(0);
            assertTrue(report.topLogits().isEmpty() && report.bottomLogits().isEmpty());
        }
    }

    @Test
    void rejectsStoresOfOtherDictionariesAndModels() throws IOException {
        try (SparseAutoencoder other = TinyDictionary.dictionary(tiny.model, 2, TinyDictionary.SITE.name())) {
            String message = message(tiny.model, other);
            assertTrue(message.contains("another dictionary: its weights hash"), message);
            assertTrue(message.contains("topk, k 6") && message.endsWith("; collect it again"), message);
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
    void rangeReportsEqualSingleReports() {
        FeatureInspector configured = inspector.withEffects(2).labels(Map.of(4, List.of("four")));
        List<FeatureReport> range = configured.reports(0, TinyDictionary.LATENTS);
        assertEquals(TinyDictionary.LATENTS, range.size());
        for (int latent : new int[] {0, 4, firstLive(), TinyDictionary.LATENTS - 1}) {
            FeatureReport single = configured.feature(latent);
            FeatureReport ranged = range.get(latent);
            assertEquals(single.labels(), ranged.labels());
            assertEquals(single.groups(), ranged.groups());
            assertEquals(single.cofiring(), ranged.cofiring());
            assertEquals(latents(single), latents(ranged));
            assertEquals(
                    Math.min(2, single.topExamples().size()), ranged.effects().size());
            for (int i = 0; i < ranged.effects().size(); i++) {
                ExampleEffects effects =
                        inspector.effects(latent, single.topExamples().get(i));
                assertEquals(effects.position(), ranged.effects().get(i).position());
                for (int t = 0; t < effects.tokens().size(); t++) {
                    assertEquals(
                            effects.tokens().get(t).lossChange(),
                            ranged.effects().get(i).tokens().get(t).lossChange(),
                            1e-4);
                }
            }
        }
        assertEquals(List.of("four"), range.get(4).labels());
        assertEquals(List.of(), inspector.feature(4).labels());
        assertEquals(List.of(), inspector.reports(5, 5));
    }

    private static List<Integer> latents(FeatureReport report) {
        return report.neighbours().stream().map(Neighbour::latent).toList();
    }

    @Test
    void neighboursMatchAFloat64Oracle() {
        float[] decoder = tiny.sae.decoder().toFloatArray();
        int width = tiny.model.config().dModel();
        List<Neighbour> all = inspector.neighbours(6, Neighbour.Measure.DECODER_COSINE, 100);
        assertEquals(TinyDictionary.LATENTS - 1, all.size());
        double before = 1;
        for (Neighbour neighbour : all) {
            double product = 0;
            double own = 0;
            double other = 0;
            for (int i = 0; i < width; i++) {
                double x = decoder[6 * width + i];
                double y = decoder[neighbour.latent() * width + i];
                product += x * y;
                own += x * x;
                other += y * y;
            }
            assertEquals(product / Math.sqrt(own * other), neighbour.value(), 1e-6);
            assertTrue(neighbour.value() <= before && neighbour.latent() != 6);
            before = neighbour.value();
        }
        for (Neighbour neighbour : inspector.neighbours(6, Neighbour.Measure.JACCARD, 5)) {
            assertEquals(store.coactivationWith(6, neighbour.latent()).jaccard(), neighbour.value(), 1e-12);
        }
    }

    @Test
    void releasesAllArrays() {
        FeatureInspector configured = inspector.withEffects(1);
        String prompt = "Tom saw a dog";
        PromptOptions effect = PromptOptions.by(PromptRanking.EFFECT);
        configured.feature(3);
        configured.prompt(prompt, effect);
        int ofModel = tiny.model.manager().getManagedArrays().size();
        int ofDictionary = tiny.sae.decoder().getManager().getManagedArrays().size();
        for (int i = 0; i < 3; i++) {
            configured.feature(3);
            configured.prompt(prompt, effect);
            configured.search(FeatureSearch.all().logitToken(" a").like(2, Neighbour.Measure.ENCODER_COSINE, 0));
            configured.compare(inspector);
        }
        assertEquals(ofModel, tiny.model.manager().getManagedArrays().size());
        assertEquals(
                ofDictionary, tiny.sae.decoder().getManager().getManagedArrays().size());
    }

    @Test
    void isThreadSafe() {
        PromptOptions effect = PromptOptions.by(PromptRanking.EFFECT).candidates(4);
        PromptReport expected = inspector.prompt("Tom saw a dog", effect);
        IntStream.range(0, 8).parallel().forEach(i -> {
            assertEquals(
                    expected.features().stream().map(PromptFeature::latent).toList(),
                    inspector.prompt("Tom saw a dog", effect).features().stream()
                            .map(PromptFeature::latent)
                            .toList());
            assertEquals(i, inspector.feature(i).latent());
        });
    }

    @Test
    void writesDashboardFromTheStore() throws IOException {
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
