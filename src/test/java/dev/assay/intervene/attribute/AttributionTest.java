package dev.assay.intervene.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.intervene.Cases;
import dev.assay.intervene.Intervention;
import dev.assay.intervene.InterventionResult;
import dev.assay.intervene.TokenPositions;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.ActivationNormalization;
import dev.assay.sae.Architecture;
import dev.assay.sae.InputOptions;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Transcoder;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
class AttributionTest {
    private static final int[] OTHER = {3, 17, 9, 29, 2, 11, 8};
    /** Sites of the last block, in which attention and MLP read the same residual stream (parallel residual). */
    private static final List<HookPoint> LAST = List.of(
            HookPoint.z(2),
            HookPoint.attnOut(2),
            HookPoint.mlpOut(2),
            HookPoint.residPost(2),
            new HookPoint(Kind.LN_FINAL_NORMALIZED, -1));

    private static HookedTransformer model;

    @BeforeAll
    static void createModel() {
        model = Cases.model();
    }

    @AfterAll
    static void closeModel() {
        model.close();
    }

    /** Fixes the scale of the final norm, so that every logit is an affine function of each of these sites. */
    private static HookScope freezeFinalNorm() {
        return model.hooks()
                .edit(
                        new HookPoint(Kind.LN_FINAL_SCALE, -1),
                        (scale, site) -> scale.onesLike().mul(0.07f))
                .open();
    }

    @ParameterizedTest
    @MethodSource("dev.assay.intervene.InterventionTest#dictionaries")
    void equalsExactAblationWhereTheModelIsLinear(Architecture architecture, ActivationNormalization normalization) {
        List<SparseAutoencoder> dictionaries = new ArrayList<>();
        try (HookScope frozen = freezeFinalNorm()) {
            Attribution attribution = null;
            for (HookPoint point : LAST) {
                SparseAutoencoder sae = Cases.dictionary(architecture, normalization, point, 4 + dictionaries.size());
                dictionaries.add(sae);
                attribution = attribution == null ? Attribution.of(model, sae) : attribution.at(sae);
            }
            Attribution zero = attribution.metric(Metric.logitDifference(-1, 5, 6));
            expectExact(zero, zero.gradient(Cases.TOKENS));
            expectExact(zero, zero.integrated(Cases.TOKENS, 3));
            Attribution text = zero.counterfactual(OTHER);
            expectExact(text, text.gradient(Cases.TOKENS));
        } finally {
            dictionaries.forEach(SparseAutoencoder::close);
        }
    }

    private static void expectExact(Attribution attribution, AttributionReport report) {
        double largest = Math.abs(report.topNodes(1).get(0).effect());
        assertTrue(largest > 1e-3, "the largest effect is only " + largest);
        double tolerance = 1e-5 * Math.max(1, largest);
        assertTrue(attribution.exactNodes(report, 16).largestDifference() < tolerance);
        AttributionCheck features = attribution.exact(report, 16);
        assertTrue(features.largestDifference() < tolerance);
        assertTrue(features.correlation() > 0.99999);
        for (SiteAttribution site : report.sites()) {
            assertEquals(site.total(), site.sum(), 1e-5 * Math.max(1, Math.abs(site.total())));
        }
    }

    /** Recomputes each effect in double precision from the decoder, the codes and the model's gradient. */
    @Test
    void effectsEqualDifferenceTimesGradient() {
        HookPoint early = HookPoint.residPost(0);
        try (SparseAutoencoder first = Cases.dictionary(TopK.of(6), ActivationNormalization.LAYER_NORM, early, 3);
                SparseAutoencoder second = Cases.dictionary();
                Scope scope = Scope.open()) {
            Metric metric = Metric.logit(4, 7);
            AttributionReport report =
                    Attribution.of(model, first).at(second).metric(metric).gradient(Cases.TOKENS);
            NDArray tokens = Cases.tokens(model, Cases.TOKENS);
            try (ActivationCache gradients = model.gradients(
                            tokens, null, logits -> metric.apply(logits).sum(), early, Cases.POINT);
                    Autograd off = Autograd.off();
                    ActivationCache clean = model.cache(tokens, early, Cases.POINT)) {
                for (SiteAttribution site : report.sites()) {
                    SparseAutoencoder sae = site.point().equals(early) ? first : second;
                    NDArray x = clean.get(site.point()).get(0);
                    NDArray scale = sae.input().normalization().apply(x).scale();
                    float[] scales = scale == null ? null : scale.toFloatArray();
                    float[] gradient = gradients.get(site.point()).toFloatArray();
                    float[] decoder = sae.decoder().toFloatArray();
                    float[] codes = sae.encode(x).dense().toFloatArray();
                    assertTrue(site.nodes().size() >= 7);
                    for (NodeEffect node : site.nodes()) {
                        double slope = 0;
                        for (int i = 0; i < Cases.WIDTH; i++) {
                            slope += (double) decoder[node.latent() * Cases.WIDTH + i]
                                    * gradient[node.position() * Cases.WIDTH + i];
                        }
                        double code = codes[node.position() * Cases.LATENTS + node.latent()];
                        double unit = scales == null ? 1 : scales[node.position()];
                        assertEquals(code, node.clean(), 0);
                        assertEquals(code * unit * slope, node.effect(), 1e-7 + 1e-4 * Math.abs(node.effect()));
                    }
                    NDArray error = x.sub(sae.reconstruct(x));
                    float[] errors = error.mul(gradients.get(site.point()).get(0))
                            .sum(new int[] {1})
                            .toFloatArray();
                    for (int i = 0; i < errors.length; i++) {
                        assertEquals(errors[i], site.errors().get(i), 1e-6);
                    }
                }
                // Positions after the metric's position have no effect.
                assertTrue(report.sites().get(0).nodes().stream()
                        .filter(node -> node.position() > 4)
                        .allMatch(node -> node.effect() == 0));
            }
        }
    }

    @Test
    void integratedGradientsConvergeToTheTotal() {
        HookPoint early = HookPoint.residPost(0);
        try (SparseAutoencoder first = Cases.dictionary(TopK.of(6), ActivationNormalization.NONE, early, 3);
                SparseAutoencoder second = Cases.dictionary()) {
            Attribution zero = Attribution.of(model, first)
                    .at(second)
                    .metric(Metric.loss(Cases.TOKENS))
                    .rows(7);
            for (Attribution each : List.of(zero, zero.counterfactual(OTHER))) {
                double few = gap(each.integrated(Cases.TOKENS, 4));
                double many = gap(each.integrated(Cases.TOKENS, 64));
                assertTrue(many < 2e-5, "the gap with 64 steps is " + many);
                assertTrue(many < few / 3, "the gap is " + few + " with 4 steps and " + many + " with 64");
                assertTrue(
                        gap(each.gradient(Cases.TOKENS)) > 10 * many,
                        "the effects of a single gradient should not sum to the total");
            }
        }
    }

    private static double gap(AttributionReport report) {
        return report.sites().stream()
                .mapToDouble(site -> Math.abs(site.sum() - site.total()))
                .max()
                .orElseThrow();
    }

    @Test
    void exactEffectsEqualInterventions() {
        try (SparseAutoencoder sae =
                Cases.dictionary(TopK.of(6), ActivationNormalization.CONSTANT_NORM_RESCALE, Cases.POINT, 1)) {
            Attribution attribution =
                    Attribution.of(model, sae).metric(Metric.loss(Cases.TOKENS)).rows(3);
            AttributionReport report = attribution.gradient(Cases.TOKENS);
            AttributionCheck all = attribution.exact(report, 8);
            AttributionCheck nodes = attribution.exactNodes(report, 8);
            assertEquals(8, all.effects().size());
            for (AttributionCheck.Pair pair : all.effects()) {
                expectAblation(pair, Intervention.of(model, sae).ablate(pair.latent()));
            }
            for (AttributionCheck.Pair pair : nodes.effects()) {
                TokenPositions at = TokenPositions.of(pair.position());
                expectAblation(pair, Intervention.of(model, sae).positions(at).ablate(pair.latent()));
            }
        }
    }

    private static void expectAblation(AttributionCheck.Pair pair, Intervention ablation) {
        try (InterventionResult result = ablation.run(Cases.TOKENS)) {
            assertEquals(result.baselineLoss() - result.editedLoss(), pair.exact(), 2e-6);
        }
    }

    @Test
    void patchingATextFromItselfHasNoEffect() {
        try (SparseAutoencoder sae = Cases.dictionary()) {
            AttributionReport report = Attribution.of(model, sae)
                    .metric(Metric.logit(-1, 3))
                    .counterfactual(Cases.TOKENS)
                    .gradient(Cases.TOKENS);
            assertEquals(0, report.sites().get(0).total());
            assertTrue(report.topNodes(100).stream().allMatch(node -> node.effect() == 0));
            assertEquals(0, report.sites().get(0).errorSum());
        }
    }

    @Test
    void computesPearsonCorrelation() {
        AttributionCheck check =
                new AttributionCheck("m", "gradient", List.of(pair(1, 2), pair(2, 3), pair(4, 3), pair(7, 9)));
        // By hand: Σ(a−3.5)(b−4.25) = 23.5; Σ(a−3.5)² = 21; Σ(b−4.25)² = 30.75.
        assertEquals(23.5 / Math.sqrt(21 * 30.75), check.correlation(), 1e-12);
        assertEquals(2, check.largestDifference());
    }

    @Test
    void constantEffectsHaveNoCorrelation() {
        AttributionCheck one = new AttributionCheck("m", "gradient", List.of(pair(1, 2)));
        assertTrue(Double.isNaN(one.correlation()));
        assertTrue(
                one.toText().contains("ablation of 1: no correlation, since the effects do not vary, largest"),
                one.toText());
        assertTrue(one.toJson().get("correlation").isNull());
    }

    private static AttributionCheck.Pair pair(double estimated, double exact) {
        return new AttributionCheck.Pair(Cases.POINT, 1, -1, estimated, exact);
    }

    @Test
    void metricsEqualTheirDefinitions() {
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            NDArray logits = model.manager()
                    .create(new float[] {1, 2, 3, 0, 5, 1, 2, 2, 2, 4, 0, 1}, new ai.djl.ndarray.types.Shape(2, 2, 3));
            assertEquals(List.of(5f, 0f), floats(Metric.logit(-1, 1).apply(logits)));
            assertEquals(
                    List.of(-2f, 0f), floats(Metric.logitDifference(0, 0, 2).apply(logits)));
            double first = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)) - 3;
            assertEquals(first, Metric.loss(1, 2).apply(logits).toFloatArray()[0], 1e-6);
            assertEquals(-first, Metric.logProbability(0, 2).apply(logits).toFloatArray()[0], 1e-6);
        }
    }

    private static List<Float> floats(NDArray array) {
        List<Float> list = new ArrayList<>();
        for (float number : array.toFloatArray()) {
            list.add(number);
        }
        return list;
    }

    @Test
    void reportsInvalidInputInOneSentence() {
        try (SparseAutoencoder sae = Cases.dictionary()) {
            Attribution attribution = Attribution.of(model, sae).metric(Metric.logit(9, 1));
            assertEquals(
                    "the metric reads position 9, but the prompt has 7 tokens",
                    messageOf(() -> attribution.gradient(Cases.TOKENS)));
            assertEquals(
                    "the metric reads token 32, expected 0 to 31",
                    messageOf(() -> attribution.metric(Metric.logit(-1, 32)).gradient(Cases.TOKENS)));
            assertEquals(
                    "the prompt has 7 tokens and the counterfactual prompt has 2, expected the same number",
                    messageOf(() -> attribution.counterfactual(1, 2).gradient(Cases.TOKENS)));
            assertEquals(
                    "blocks.1.hook_resid_post already has a dictionary; each site can have only one",
                    messageOf(() -> attribution.at(sae)));
            assertEquals(
                    "integrated gradients with 0 steps, expected at least 1",
                    messageOf(() -> attribution.integrated(Cases.TOKENS, 0)));
            assertTrue(messageOf(() -> Metric.loss(3)).startsWith("the loss metric needs at least 2 tokens, found 1"));
        }
    }

    /** resid_post of a block equals resid_pre of the next block, so that a transcoder between them is an autoencoder. */
    @Test
    void attributesToATranscoderAtItsWrittenSite() {
        try (SparseAutoencoder sae =
                        Cases.dictionary(TopK.of(6), ActivationNormalization.NONE, HookPoint.residPost(0), 1);
                SparseAutoencoder transcoder = sae.toBuilder()
                        .architecture(Transcoder.of(TopK.of(6)))
                        .input(new InputOptions(ActivationNormalization.NONE, false, false))
                        .metadata(SaeMetadata.builder()
                                .hookName(HookPoint.residPost(0).name())
                                .hookNameOut(HookPoint.residPre(1).name())
                                .build())
                        .build();
                SparseAutoencoder plain = transcoder.toBuilder()
                        .architecture(TopK.of(6))
                        .metadata(sae.metadata())
                        .build()) {
            Metric metric = Metric.logit(-1, 4);
            AttributionReport expected =
                    Attribution.of(model, plain).metric(metric).gradient(Cases.TOKENS);
            AttributionReport report =
                    Attribution.of(model, transcoder).metric(metric).gradient(Cases.TOKENS);
            SiteAttribution reference = expected.sites().get(0);
            SiteAttribution found = report.sites().get(0);
            assertEquals(HookPoint.residPre(1), found.point());
            assertEquals(reference.total(), found.total(), 1e-6);
            assertEquals(reference.nodes().size(), found.nodes().size());
            for (int i = 0; i < found.nodes().size(); i++) {
                assertEquals(
                        reference.nodes().get(i).latent(), found.nodes().get(i).latent());
                assertEquals(
                        reference.nodes().get(i).effect(), found.nodes().get(i).effect(), 1e-6);
            }
            assertEquals(reference.errors(), found.errors());
        }
    }

    private static String messageOf(org.junit.jupiter.api.function.Executable action) {
        return assertThrows(InvalidInputException.class, action).getMessage();
    }
}
