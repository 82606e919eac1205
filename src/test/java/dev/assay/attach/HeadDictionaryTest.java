package dev.assay.attach;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.intervene.Cases;
import dev.assay.intervene.Intervention;
import dev.assay.intervene.InterventionResult;
import dev.assay.intervene.attribute.Attribution;
import dev.assay.intervene.attribute.AttributionReport;
import dev.assay.intervene.attribute.Metric;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Standard;
import dev.assay.sae.Weights;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A dictionary of one head, compared with a dictionary of all heads whose rows are 0 at the other heads: both have the same codes, and the
 * same effect on the model.
 */
class HeadDictionaryTest {
    private static final HookPoint SITE = HookPoint.z(1);
    private static final int HEADS = 2;
    private static final int WIDTH = Cases.WIDTH / HEADS;
    private static final int LATENTS = 20;
    private static final int HEAD = 1;

    private static HookedTransformer model;
    private static SparseAutoencoder head;
    private static SparseAutoencoder wide;

    @BeforeAll
    static void create() {
        model = Cases.model();
        SplittableRandom random = new SplittableRandom(3);
        try (Scope scope = Scope.open()) {
            NDArray encoder = normal(random, LATENTS, 5);
            NDArray decoder = normal(random, LATENTS, 0.5);
            NDArray encoderBias = model.manager().zeros(new Shape(LATENTS));
            NDArray bias = normal(random, 1, 0.1);
            head = SparseAutoencoder.builder()
                    .architecture(new Standard())
                    .weights(new Weights(encoder, encoderBias, decoder, bias.reshape(WIDTH)))
                    .metadata(metadata(HEAD))
                    .build();
            wide = SparseAutoencoder.builder()
                    .architecture(new Standard())
                    .weights(new Weights(
                            widened(encoder),
                            encoderBias,
                            widened(decoder),
                            widened(bias).reshape(HEADS * WIDTH)))
                    .metadata(metadata(null))
                    .build();
        }
    }

    @AfterAll
    static void close() {
        head.close();
        wide.close();
        model.close();
    }

    private static SaeMetadata metadata(Object head) {
        return SaeMetadata.builder()
                .hookName(SITE.name())
                .put("hook_head_index", head)
                .build();
    }

    private static NDArray normal(SplittableRandom random, int rows, double deviation) {
        float[] numbers = new float[rows * WIDTH];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) (deviation * random.nextGaussian());
        }
        return model.manager().create(numbers, new Shape(rows, WIDTH));
    }

    private static NDArray widened(NDArray rows) {
        NDArray zeros = rows.zerosLike();
        return zeros.concat(rows, 1);
    }

    @Test
    void readsTheColumnsOfItsHead() {
        AttachedSites sites = AttachedSites.of(model, head);
        try (Scope scope = Scope.open();
                ActivationCache cache = model.cache(Cases.tokens(model, Cases.TOKENS), SITE)) {
            NDArray expected = cache.get(SITE).get(new NDIndex("0, :, {}", HEAD));
            assertEquals(
                    new Shape(Cases.TOKENS.length, WIDTH), sites.input(cache).getShape());
            assertArrayEquals(expected.toFloatArray(), sites.input(cache).toFloatArray());
        }
    }

    @Test
    void splicesItsHeadAndKeepsTheOthers() {
        AttachedSites sites = AttachedSites.of(model, head);
        NDArray tokens = Cases.tokens(model, Cases.TOKENS);
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            NDArray kept = model.manager().create(new long[] {1, 4});
            NDArray values = model.manager().ones(new Shape(2, WIDTH));
            NDArray before;
            try (ActivationCache cache = model.cache(tokens, SITE)) {
                before = cache.get(SITE).duplicate();
            }
            try (HookScope splice = new Splice(sites)
                            .replace(model.hooks(), kept, values)
                            .open();
                    ActivationCache cache = model.cache(tokens, SITE)) {
                NDArray expected = before.duplicate();
                expected.set(new NDIndex("0, 1, {}", HEAD), 1f);
                expected.set(new NDIndex("0, 4, {}", HEAD), 1f);
                assertArrayEquals(expected.toFloatArray(), cache.get(SITE).toFloatArray());
            }
        }
    }

    @Test
    void editsLikeADictionaryOfAllHeadsThatIsZeroElsewhere() {
        assertSameEffect(each -> each.keepError().scale(3, 4).clamp(7, 2));
        assertSameEffect(each -> each.keepError().steer(5, 3).steerOrthogonal(2, 1.5));
    }

    private static void assertSameEffect(UnaryOperator<Intervention> edits) {
        try (InterventionResult narrow =
                        edits.apply(Intervention.of(model, head)).run(Cases.TOKENS);
                InterventionResult full =
                        edits.apply(Intervention.of(model, wide)).run(Cases.TOKENS)) {
            float[] expected = full.editedLogits().toFloatArray();
            assertArrayEquals(expected, narrow.editedLogits().toFloatArray(), 1e-4f);
            double change = full.meanDivergence();
            assertTrue(change > 1e-6, "the edit has the divergence " + change);
        }
    }

    @Test
    void attributesLikeADictionaryOfAllHeadsThatIsZeroElsewhere() {
        Metric metric = Metric.logitDifference(Cases.TOKENS.length - 1, 3, 9);
        AttributionReport narrow = Attribution.of(model, head).metric(metric).gradient(Cases.TOKENS);
        AttributionReport full = Attribution.of(model, wide).metric(metric).gradient(Cases.TOKENS);
        var expected = full.sites().get(0).nodes();
        var found = narrow.sites().get(0).nodes();
        assertTrue(expected.size() > Cases.TOKENS.length, expected.size() + " nodes");
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i).latent(), found.get(i).latent());
            assertEquals(expected.get(i).effect(), found.get(i).effect(), 1e-5);
        }
    }

    @Test
    void refusesHeadsThatTheSiteLacksByTheNameOfTheField() {
        assertRefused(SITE.name(), 2, "metadata.hook_head_index 2, expected a head of blocks.1.attn.hook_z of ");
        assertRefused("blocks.1.hook_resid_post", 0, "but blocks.1.hook_resid_post has no heads, expected null");
        assertRefused("blocks.1.attn.hook_pattern", 0, "but blocks.1.attn.hook_pattern has no heads");
        assertRefused(SITE.name(), -1, "metadata.hook_head_index -1, expected the index of a head");
        assertRefused(SITE.name(), "all", "metadata.hook_head_index \"all\", expected the index of a head");
    }

    private static void assertRefused(String site, Object index, String reason) {
        SaeMetadata metadata = SaeMetadata.builder()
                .hookName(site)
                .put("hook_head_index", index)
                .build();
        String message = assertThrows(InvalidInputException.class, () -> {
                    try (SparseAutoencoder sae =
                            head.toBuilder().metadata(metadata).build()) {
                        AttachedDictionary.of(model, sae);
                    }
                })
                .getMessage();
        assertTrue(message.contains(reason), message);
    }

    @Test
    void refusesADictionaryWiderThanItsHead() {
        try (SparseAutoencoder sae = wide.toBuilder().metadata(metadata(0)).build()) {
            String message = assertThrows(InvalidInputException.class, () -> AttachedDictionary.of(model, sae))
                    .getMessage();
            assertTrue(
                    message.startsWith("the dictionary's cfg.json has metadata.hook_head_index 0 and reads "
                                    + HEADS * WIDTH + " columns of " + SITE)
                            && message.endsWith("is " + WIDTH + " wide"),
                    message);
        }
    }
}
