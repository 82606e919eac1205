package dev.assay.feature.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.FeatureSearch;
import dev.assay.feature.Float64Logits;
import dev.assay.feature.PlantedDictionary;
import dev.assay.feature.prompt.PromptFeature;
import dev.assay.feature.prompt.PromptReport;
import dev.assay.feature.prompt.PromptToken;
import dev.assay.feature.store.Coactivation;
import dev.assay.feature.store.ContextTokens;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.ExampleGroup;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports about a dictionary with known features. */
class PlantedFeaturesTest {
    private static final long TOKENS = 20_000;

    @TempDir
    static Path folder;

    private static PlantedDictionary planted;
    private static FeatureStore store;
    private static FeatureInspector inspector;
    private static long dogs;
    private static long cats;

    @BeforeAll
    static void open() throws IOException {
        planted = new PlantedDictionary();
        store = FeatureCollector.of(planted.model, planted.sae, planted.corpus)
                .tokens(TOKENS)
                .collect(folder.resolve("features"));
        inspector = FeatureInspector.of(planted.model, planted.sae, store);
        long[] counts = planted.counts(TOKENS);
        dogs = counts[planted.dog];
        cats = counts[planted.cat];
        assertTrue(dogs > 10 && cats > 10, dogs + " dogs, " + cats + " cats");
    }

    @AfterAll
    static void close() {
        planted.close();
    }

    @Test
    void reportsDescribeThePlantedFeatures() {
        FeatureReport dog = inspector.feature(0);
        assertEquals(dogs, dog.stats().activeTokens());
        assertEquals(planted.activations[0][planted.dog], dog.stats().max(), 1e-4);
        assertTrue(dog.stats().deviation() < 1e-4);
        assertTrue(dog.topExamples().size() > 5);
        for (Example example : dog.topExamples()) {
            for (int i = 0; i < example.tokens().size(); i++) {
                assertEquals(example.tokens().get(i).equals(PlantedDictionary.DOG), example.values()[i] > 0);
            }
        }
        assertEquals(PlantedDictionary.PLAYED, dog.topLogits().get(0).token());
        assertEquals(
                PlantedDictionary.PLAYED,
                inspector.feature(3).bottomLogits().get(0).token());
        assertEquals(
                dog.topLogits().get(0).logit() * 3,
                inspector.feature(2).topLogits().get(0).logit(),
                1e-4);
        assertTrue(dog.groups().stream().anyMatch(group -> group.kind() == ExampleGroup.Kind.INTERVAL));
        assertTrue(dog.groups().stream().anyMatch(group -> group.kind() == ExampleGroup.Kind.QUANTILE));
        assertTrue(inspector.feature(4).isDead());
        assertEquals(List.of(), dog.effects());
    }

    @Test
    void findsThePlantedNeighbours() {
        Neighbour written =
                inspector.neighbours(0, Neighbour.Measure.DECODER_COSINE, 5).get(0);
        assertEquals(2, written.latent());
        assertEquals(1, written.value(), 1e-5);
        List<Neighbour> all = inspector.neighbours(0, Neighbour.Measure.DECODER_COSINE, 5);
        assertEquals(5, all.size());
        assertEquals(3, all.get(4).latent());
        assertEquals(-1, all.get(4).value(), 1e-5);
        Neighbour read =
                inspector.neighbours(0, Neighbour.Measure.ENCODER_COSINE, 1).get(0);
        assertEquals(3, read.latent());
        assertEquals(1, read.value(), 1e-5);
        Neighbour correlated =
                inspector.neighbours(0, Neighbour.Measure.PEARSON, 1).get(0);
        assertEquals(3, correlated.latent());
        assertEquals(1, correlated.value(), 1e-6);
        assertEquals(
                inspector.feature(0).neighbours().stream()
                        .map(Neighbour::measure)
                        .collect(Collectors.toSet()),
                Set.of(Neighbour.Measure.values()));
    }

    @Test
    void coactivationFollowsFromTokenCounts() {
        Map<Integer, Coactivation> partners = inspector.feature(0).cofiring().stream()
                .collect(Collectors.toMap(Coactivation::latent, other -> other));
        assertEquals(Set.of(1, 3), partners.keySet());
        assertEquals(dogs, partners.get(3).together());
        assertEquals(1, partners.get(3).jaccard(), 1e-12);
        assertEquals(dogs, partners.get(1).together());
        assertEquals((double) dogs / (dogs + cats), partners.get(1).jaccard(), 1e-12);
        assertEquals((double) store.tokens() / (dogs + cats), partners.get(1).lift(), 1e-9);
        // Latent 0 is a times the indicator of dog; latent 1 is b on dog and c on cat.
        double n = store.tokens();
        double b = planted.activations[1][planted.dog];
        double c = planted.activations[1][planted.cat];
        double covariance = dogs * b / n - dogs / n * (dogs * b + cats * c) / n;
        double first = dogs / n - dogs / n * dogs / n;
        double second = (dogs * b * b + cats * c * c) / n - Math.pow((dogs * b + cats * c) / n, 2);
        assertEquals(covariance / Math.sqrt(first * second), partners.get(1).pearson(), 1e-4);
    }

    @Test
    void ablationEqualsARunWithoutTheEmbedding() {
        Example example = inspector.feature(5).topExamples().get(2);
        ContextTokens context = store.context(example.position());
        int start = (int) (example.position() - context.start()) - example.peak();
        double[] base = losses(context.ids(), false);
        double[] without = losses(context.ids(), true);
        ExampleEffects effects = inspector.effects(5, example);
        boolean later = false;
        for (int i = 0; i < example.tokens().size(); i++) {
            TokenEffect effect = effects.tokens().get(i);
            assertEquals(example.tokens().get(i), effect.token());
            assertEquals(planted.activations[5][context.ids()[start + i]], effect.activation(), 1e-4);
            if (start + i + 1 == context.ids().length) {
                assertTrue(Double.isNaN(effect.lossChange()) && Double.isNaN(effect.directLossChange()));
                continue;
            }
            assertEquals(without[start + i] - base[start + i], effect.lossChange(), 1e-4);
            boolean active = effect.activation() > 0;
            assertTrue(active || effect.directLossChange() == 0, "the direct effect is at active tokens alone");
            later |= !active && Math.abs(effect.lossChange()) > 1e-3;
        }
        assertTrue(later, "the true effect reaches later tokens");
    }

    /** Runs the model with the embeddings of cats set to 0 or unchanged. */
    private static double[] losses(int[] ids, boolean withoutCats) {
        long[] tokens = Arrays.stream(ids).asLongStream().toArray();
        float[] kept = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            kept[i] = withoutCats && ids[i] == planted.cat ? 0 : 1;
        }
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off();
                HookScope hooks = planted.model
                        .hooks()
                        .edit(
                                PlantedDictionary.SITE,
                                (x, site) -> x.mul(planted.model.manager().create(kept, new Shape(1, kept.length, 1))))
                        .open()) {
            NDArray logits = planted.model.forward(planted.model.manager().create(tokens, new Shape(1, tokens.length)));
            float[] log = logits.logSoftmax(-1).toFloatArray();
            double[] losses = new double[ids.length - 1];
            for (int i = 0; i < losses.length; i++) {
                losses[i] = -log[i * planted.model.config().vocabularySize() + ids[i + 1]];
            }
            return losses;
        }
    }

    @Test
    void directEffectsMatchTheReference() {
        Float64Logits oracle = new Float64Logits(planted.model);
        float[] direction = planted.sae.decoder().toFloatArray();
        HookPoint last = HookPoint.residPost(planted.model.config().layers() - 1);
        Example example = inspector.feature(0).topExamples().stream()
                .filter(one -> one.peak() + 1 < one.tokens().size())
                .findFirst()
                .orElseThrow();
        ContextTokens context = store.context(example.position());
        int start = (int) (example.position() - context.start()) - example.peak();
        long[] ids = Arrays.stream(context.ids()).asLongStream().toArray();
        float[] residual;
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            residual = planted.model
                    .runTo(last, planted.model.manager().create(ids, new Shape(1, ids.length)))
                    .toFloatArray();
        }
        List<TokenEffect> effects = inspector.effects(0, example).tokens();
        boolean felt = false;
        for (int i = 0; i < effects.size() && start + i + 1 < ids.length; i++) {
            double[] with = new double[planted.width];
            double[] without = new double[planted.width];
            for (int j = 0; j < planted.width; j++) {
                with[j] = residual[(start + i) * planted.width + j];
                without[j] = with[j] - effects.get(i).activation() * direction[j];
            }
            int next = (int) ids[start + i + 1];
            double expected = oracle.loss(without, next) - oracle.loss(with, next);
            assertEquals(expected, effects.get(i).directLossChange(), 1e-5);
            felt |= Math.abs(expected) > 1e-3;
        }
        assertTrue(felt);
    }

    @Test
    void promptsListTheFeaturesOfTheirTokens() {
        PromptReport report = inspector.prompt("Tom saw a dog. The cat saw the dog.");
        Set<Integer> active = new TreeSet<>();
        for (PromptToken token : report.tokens()) {
            for (PromptToken.Active feature : token.features()) {
                active.add(feature.latent());
                assertEquals(planted.activations[feature.latent()][token.id()], feature.activation(), 1e-4);
            }
            boolean known = token.id() == planted.dog || token.id() == planted.cat;
            assertEquals(known ? 3 : 0, token.features().size(), token.toString());
        }
        assertEquals(Set.of(0, 1, 2, 3, 5), active);
        assertEquals(5, report.active());
        assertEquals(planted.model.tokenizer().bosId(), report.tokens().get(0).id());
        PromptFeature first = report.features().get(0);
        assertEquals(
                PlantedDictionary.DOG.equals(report.tokens().get(first.peak()).token()),
                first.latent() != 2 && first.latent() != 5);
        assertTrue(Double.isNaN(first.attribution()) && Double.isNaN(first.effect()));
        assertTrue(report.toText().contains("5 features are active, ranked by activation"), report.toText());
    }

    @Test
    void searchFindsThePlantedFeatures() {
        FeatureInspector labelled = inspector.labels(Map.of(2, List.of("Felines"), 0, List.of("canines", "pets")));
        assertEquals(Set.of(0, 1, 3), found(FeatureSearch.all().peakToken("dog")));
        assertEquals(Set.of(0, 1, 2, 3, 5), found(FeatureSearch.all()));
        assertEquals(Set.of(2), latents(labelled.search(FeatureSearch.all().label("feline"))));
        assertEquals(List.of("canines", "pets"), labelled.feature(0).labels());
        double share = (double) (dogs + cats) / store.tokens();
        assertEquals(Set.of(1), found(FeatureSearch.all().density(share, 1)));
        assertEquals(
                Set.of(3),
                found(FeatureSearch.all()
                        .strength(1e-6, planted.activations[0][planted.dog] * 0.6)
                        .peakToken("dog")));
        FeatureList likely = inspector.search(FeatureSearch.all().logitToken(PlantedDictionary.PLAYED));
        assertEquals(2, likely.found().get(0).summary().latent());
        assertFalse(latents(likely).contains(3));
        assertEquals(
                inspector.feature(2).topLogits().get(0).logit(),
                likely.found().get(0).score(),
                1e-4);
        assertEquals(Set.of(2), found(FeatureSearch.all().like(0, Neighbour.Measure.DECODER_COSINE, 0.99)));
        assertEquals(Set.of(1, 3), found(FeatureSearch.all().like(0, Neighbour.Measure.JACCARD, 0.01)));
        float[] direction = Arrays.copyOf(planted.sae.decoder().toFloatArray(), planted.width);
        assertEquals(Set.of(0, 2), found(FeatureSearch.all().along(direction, 0.99)));
        assertEquals(
                Set.of(0, 1, 3),
                found(FeatureSearch.all().matching("\\bdogs?\\b").peakToken("dog")));
        assertEquals(Set.of(), found(FeatureSearch.all().matching("no story says this")));
    }

    private static Set<Integer> found(FeatureSearch search) {
        return latents(inspector.search(search));
    }

    private static Set<Integer> latents(FeatureList list) {
        assertEquals(list.total(), list.found().size());
        return list.features().stream().map(FeatureSummary::latent).collect(Collectors.toCollection(TreeSet::new));
    }
}
