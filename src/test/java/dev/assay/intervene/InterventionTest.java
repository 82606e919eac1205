package dev.assay.intervene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.intervene.attribute.Attribution;
import dev.assay.intervene.attribute.AttributionReport;
import dev.assay.intervene.attribute.Metric;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.ActivationNormalization;
import dev.assay.sae.Architecture;
import dev.assay.sae.InputOptions;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.SparseCodes;
import dev.assay.sae.TopK;
import dev.assay.sae.Transcoder;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class InterventionTest {
    private static HookedTransformer model;

    @BeforeAll
    static void createModel() {
        model = Cases.model();
    }

    @AfterAll
    static void closeModel() {
        model.close();
    }

    static Stream<Arguments> dictionaries() {
        return Cases.architectures().stream()
                .flatMap(architecture -> Stream.of(
                                ActivationNormalization.NONE,
                                ActivationNormalization.LAYER_NORM,
                                ActivationNormalization.CONSTANT_NORM_RESCALE)
                        .map(normalization -> Arguments.of(architecture, normalization)));
    }

    /** The expected activation decodes dense codes in which the edited latents are set directly. */
    @ParameterizedTest
    @MethodSource("dictionaries")
    void editedActivationEqualsDecodedEditedCodes(Architecture architecture, ActivationNormalization normalization) {
        try (SparseAutoencoder sae = Cases.dictionary(architecture, normalization, Cases.POINT, 2);
                Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            NDArray x = activation(null);
            NDArray codes = sae.encode(x).dense();
            int active = (int) codes.get(2).argMax().getLong();
            int silent = (int) codes.max(new int[] {0}).argMin().getLong();
            NDArray expectedCodes = codes.duplicate();
            expectedCodes.set(
                    new NDIndex(":, {}", active),
                    expectedCodes.get(new NDIndex(":, {}", active)).mul(2.5f));
            expectedCodes.set(new NDIndex(":, {}", silent), 1.5f);

            Intervention edits = Intervention.of(model, sae).scale(active, 2.5).clamp(silent, 1.5);
            NDArray decoded = sae.decode(sparse(expectedCodes), x);
            expectClose(decoded, activation(edits.dropError()));
            expectClose(decoded.add(x.sub(sae.reconstruct(x))), activation(edits));
        }
    }

    @Test
    void promptOfOneTokenHasNoLoss() {
        try (SparseAutoencoder sae = Cases.dictionary();
                InterventionResult result =
                        Intervention.of(model, sae).steer(1, 2).run(Cases.TOKENS[0])) {
            assertTrue(
                    result.toText().contains("no loss: the prompt has one token, and none is predicted"),
                    result.toText());
            assertFalse(result.toText().contains("NaN"), result.toText());
            assertTrue(result.toJson().get("baseline_loss").isNull());
        }
    }

    @Test
    void eachEditMatchesItsFormula() {
        try (SparseAutoencoder sae = Cases.dictionary();
                Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            NDArray x = activation(null);
            double[][] rows = rows(x);
            double[][] codes = rows(sae.encode(x).dense());
            int latent = (int) sae.encode(x).dense().get(3).argMax().getLong();
            double[] d = rows(sae.decoder())[latent];
            Intervention none = Intervention.of(model, sae);
            expect(rows, none.ablate(latent), (row, i) -> add(row, d, -codes[i][latent]));
            expect(rows, none.clamp(latent, -0.7), (row, i) -> add(row, d, -0.7 - codes[i][latent]));
            expect(
                    rows,
                    none.cap(latent, 0.05),
                    (row, i) -> add(row, d, Math.min(codes[i][latent], 0.05) - codes[i][latent]));
            expect(rows, none.steer(latent, 3), (row, i) -> add(row, d, 3));
            expect(rows, none.steerOrthogonal(latent, 2), (row, i) -> add(row, d, 2 - dot(row, d) / dot(d, d)));
            expect(rows, none.steerCapped(latent, 3, 0.1), (row, i) -> add(row, d, 0.1 * norm(row) / norm(d)));
            expect(rows, none.steerCapped(latent, 0.001, 9), (row, i) -> add(row, d, 0.001));
            // Code edits are applied first, in order, even with an activation edit added before them.
            expect(rows, none.steerOrthogonal(latent, 1).clamp(latent, 2).scale(latent, 4), (row, i) -> {
                double[] clamped = add(row, d, 8 - codes[i][latent]);
                return add(clamped, d, 1 - dot(clamped, d) / dot(d, d));
            });
        }
    }

    @Test
    void directionsScaleWithTheInputNorm() {
        try (SparseAutoencoder sae =
                        Cases.dictionary(TopK.of(6), ActivationNormalization.CONSTANT_NORM_RESCALE, Cases.POINT, 1);
                Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            double[][] rows = rows(activation(null));
            double[] d = rows(sae.decoder())[4];
            expect(
                    rows,
                    Intervention.of(model, sae).steer(4, 0.5),
                    (row, i) -> add(row, d, 0.5 * norm(row) / Math.sqrt(Cases.WIDTH)));
        }
    }

    @Test
    void editsChangeOnlyTheirPositions() {
        try (SparseAutoencoder sae = Cases.dictionary()) {
            assertEquals(List.of(6), changedPositions(sae, TokenPositions.last()));
            assertEquals(List.of(4, 5, 6), changedPositions(sae, TokenPositions.from(4)));
            assertEquals(List.of(0, 2), changedPositions(sae, TokenPositions.of(2, 0, 99)));
            assertEquals(List.of(4, 5), changedPositions(sae, TokenPositions.where("of 11", id -> id == 11)));
            assertEquals(7, changedPositions(sae, TokenPositions.all()).size());
        }
        assertThrows(InvalidInputException.class, () -> TokenPositions.from(-1));
        assertThrows(InvalidInputException.class, () -> TokenPositions.of(3, -2));
    }

    private static List<Integer> changedPositions(SparseAutoencoder sae, TokenPositions positions) {
        try (InterventionResult result =
                Intervention.of(model, sae).positions(positions).steer(1, 2).run(Cases.TOKENS)) {
            List<Double> norms = result.changes().get(0).norms();
            return Stream.iterate(0, i -> i + 1)
                    .limit(norms.size())
                    .filter(i -> norms.get(i) > 0)
                    .toList();
        }
    }

    @Test
    void batchedTextsAreEditedLikeSingleTexts() {
        try (SparseAutoencoder sae = Cases.dictionary();
                Scope scope = Scope.open();
                Autograd off = Autograd.off();
                HookScope hooks = Intervention.of(model, sae)
                        .positions(TokenPositions.of(1))
                        .steer(1, 2)
                        .open()) {
            NDArray tokens = model.manager().create(new long[] {0, 0, 3, 17, 4, 29, 11, 8}, new Shape(2, 4));
            NDArray mask = model.manager()
                    .create(new boolean[] {false, false, true, true, true, true, true, true}, new Shape(2, 4));
            NDArray together = model.forward(tokens, mask);
            expectClose(model.forward(Cases.tokens(model, 3, 17)).get(0), together.get(new NDIndex("0, 2:")));
            expectClose(model.forward(Cases.tokens(model, 4, 29, 11, 8)).get(0), together.get(1));
        }
    }

    @Test
    void laterSitesReadActivationsChangedByEarlierEdits() {
        HookPoint later = HookPoint.residPost(2);
        try (SparseAutoencoder first = Cases.dictionary();
                SparseAutoencoder second = Cases.dictionary(TopK.of(6), ActivationNormalization.NONE, later, 9);
                Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            Intervention both =
                    Intervention.of(model, first).steer(1, 20).at(second).ablate(2);
            NDArray expected;
            try (HookScope alone = Intervention.of(model, first).steer(1, 20).open()) {
                NDArray x =
                        model.runTo(later, Cases.tokens(model, Cases.TOKENS)).get(0);
                NDArray code = second.encode(x).dense().get(":, 2").reshape(-1, 1);
                assertTrue(code.max().getFloat() > 0, "latent 2 is inactive, so that the ablation has no effect");
                expected = x.sub(code.mul(second.decoder().get(2)));
            }
            try (HookScope open = both.open()) {
                expectClose(
                        expected,
                        model.runTo(later, Cases.tokens(model, Cases.TOKENS)).get(0));
            }
        }
    }

    @Test
    void metricsEqualTheirDefinitionsInDoublePrecision() {
        try (SparseAutoencoder sae = Cases.dictionary();
                InterventionResult result =
                        Intervention.of(model, sae).steer(3, 4).run(Cases.TOKENS)) {
            double[][] p = rows(result.baselineLogits());
            double[][] q = rows(result.editedLogits());
            for (int i = 0; i < p.length; i++) {
                double kl = 0;
                for (int token = 0; token < p[i].length; token++) {
                    double logP = p[i][token] - logSumExp(p[i]);
                    kl += Math.exp(logP) * (logP - q[i][token] + logSumExp(q[i]));
                }
                assertEquals(kl, result.divergences().get(i), 1e-12);
                if (i + 1 < p.length) {
                    int next = Cases.TOKENS[i + 1];
                    assertEquals(
                            logSumExp(p[i]) - p[i][next],
                            result.baselineLosses().get(i),
                            1e-12);
                    assertEquals(
                            logSumExp(q[i]) - q[i][next], result.editedLosses().get(i), 1e-12);
                }
            }
            assertTrue(result.meanDivergence() > 1e-4);
            TokenShift shift = result.shift(2, 9);
            assertEquals(Math.exp(q[2][9] - logSumExp(q[2])), shift.editedProbability(), 1e-12);
            assertEquals(p[2][9], shift.baselineLogit());
            assertEquals(6, result.editedLosses().size());
            assertEquals(
                    4 * norm(rows(sae.decoder())[3]),
                    result.changes().get(0).norms().get(0),
                    1e-5);
        }
    }

    @Test
    void baselineEqualsTheUneditedModel() {
        try (SparseAutoencoder sae = Cases.dictionary();
                Scope scope = Scope.open();
                Autograd off = Autograd.off();
                InterventionResult result =
                        Intervention.of(model, sae).scale(3, 1).run(Cases.TOKENS)) {
            NDArray plain = model.forward(Cases.tokens(model, Cases.TOKENS)).squeeze(0);
            assertEquals(plain, result.baselineLogits());
            assertEquals(plain, result.editedLogits());
            assertEquals(0, result.meanDivergence(), 1e-15);
        }
    }

    @Test
    void gradientsTreatAnEditAsAConstant() {
        HookPoint before = HookPoint.residPost(0);
        NDArray tokens = Cases.tokens(model, Cases.TOKENS);
        try (SparseAutoencoder sae = Cases.dictionary();
                Scope scope = Scope.open()) {
            Intervention edits =
                    Intervention.of(model, sae).clamp(4, 2).steer(9, 1).dropError();
            NDArray added = activation(edits).sub(activation(null));
            try (HookScope open = edits.open();
                    ActivationCache actual = gradients(tokens, before)) {
                open.close();
                try (HookScope constant = model.hooks()
                                .edit(Cases.POINT, (x, site) -> x.add(added))
                                .open();
                        ActivationCache expected = gradients(tokens, before)) {
                    assertTrue(expected.get(before).abs().max().getFloat() > 0);
                    expectClose(expected.get(before), actual.get(before));
                }
            }
        }
    }

    private static ActivationCache gradients(NDArray tokens, HookPoint point) {
        return model.gradients(
                tokens, null, logits -> Metric.logit(-1, 3).apply(logits).sum(), point);
    }

    @Test
    void runsOnAnotherThread() throws InterruptedException {
        try (SparseAutoencoder sae = Cases.dictionary()) {
            Attribution attribution = Attribution.of(model, sae).metric(Metric.loss(Cases.TOKENS));
            AttributionReport[] other = new AttributionReport[1];
            Thread thread = new Thread(() -> {
                Intervention.of(model, sae).steer(1, 2).run(Cases.TOKENS).close();
                other[0] = attribution.gradient(Cases.TOKENS);
            });
            thread.start();
            thread.join();
            assertEquals(attribution.gradient(Cases.TOKENS), other[0]);
        }
    }

    @Test
    void interventionsAreImmutable() {
        try (SparseAutoencoder sae = Cases.dictionary()) {
            Intervention one = Intervention.of(model, sae).ablate(1);
            String before = one.toString();
            one.clamp(2, 3).dropError();
            assertEquals(before, one.toString());
            assertEquals("ablate 1 in blocks.1.hook_resid_post at all positions; reconstruction error kept", before);
        }
    }

    /** resid_post of a block equals resid_pre of the next block, so that a transcoder between them is an autoencoder. */
    @Test
    void editsATranscoderAtItsWrittenSite() {
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
            for (boolean keeps : new boolean[] {true, false}) {
                Intervention expected =
                        Intervention.of(model, plain).clamp(3, 2).scale(5, 0.5).steer(7, 1);
                Intervention edits = Intervention.of(model, transcoder)
                        .clamp(3, 2)
                        .scale(5, 0.5)
                        .steer(7, 1);
                try (InterventionResult reference = (keeps ? expected : expected.dropError()).run(Cases.TOKENS);
                        InterventionResult result = (keeps ? edits : edits.dropError()).run(Cases.TOKENS)) {
                    assertArrayEquals(
                            reference.editedLogits().toFloatArray(),
                            result.editedLogits().toFloatArray());
                    assertEquals(HookPoint.residPre(1), result.changes().get(0).point());
                    assertTrue(result.meanDivergence() > 1e-6);
                }
            }
        }
    }

    @Test
    void rejectsATranscoderThatWritesBeforeItReads() {
        try (SparseAutoencoder sae = Cases.dictionary();
                SparseAutoencoder backwards = sae.toBuilder()
                        .architecture(Transcoder.of(TopK.of(6)))
                        .input(new InputOptions(ActivationNormalization.NONE, false, false))
                        .metadata(SaeMetadata.builder()
                                .hookName(HookPoint.residPost(1).name())
                                .hookNameOut(HookPoint.residPre(0).name())
                                .build())
                        .build()) {
            assertTrue(
                    messageOf(() -> Intervention.of(model, backwards).ablate(1).run(Cases.TOKENS))
                            .contains("which the model computes before"));
        }
    }

    @Test
    void reportsInvalidInputInOneSentence() {
        try (SparseAutoencoder sae = Cases.dictionary();
                SparseAutoencoder nowhere = sae.toBuilder()
                        .metadata(dev.assay.sae.SaeMetadata.builder().build())
                        .build();
                SparseAutoencoder transcoder = sae.toBuilder()
                        .architecture(Transcoder.of(TopK.of(6)))
                        .input(null)
                        .build()) {
            Intervention none = Intervention.of(model, sae);
            assertEquals(
                    "there is no latent 40 in the dictionary at blocks.1.hook_resid_post, expected 0 to 39",
                    messageOf(() -> none.ablate(40)));
            assertTrue(messageOf(() -> none.ablate(-1)).startsWith("there is no latent -1"));
            assertEquals(
                    "the clamped value of latent 3 is NaN, expected a finite number",
                    messageOf(() -> none.clamp(3, Double.NaN)));
            assertEquals(
                    "the intervention has no edits, expected at least one, such as ablate(5)",
                    messageOf(() -> none.run(Cases.TOKENS)));
            assertEquals(
                    "the prompt has no tokens, expected at least one",
                    messageOf(() -> none.ablate(1).run()));
            assertEquals(
                    "the prompt has 17 tokens, expected at most the model's context length, 16",
                    messageOf(() -> none.ablate(1).run(new int[17])));
            assertEquals(
                    "token id 32 is not in the model's vocabulary, expected 0 to 31",
                    messageOf(() -> none.ablate(1).run(32)));
            assertTrue(messageOf(() -> Intervention.of(model, nowhere)).contains("names no site"));
            assertTrue(messageOf(() -> Intervention.of(model, HookPoint.residPost(7), sae))
                    .startsWith("the dictionary reads blocks.7.hook_resid_post, which random does not have"));
            assertEquals(
                    "the dictionary reads 24 columns of blocks.0.mlp.hook_post, but that site of random is 96 wide",
                    messageOf(() -> Intervention.of(model, HookPoint.mlpPost(0), sae)));
            assertTrue(
                    messageOf(() -> Intervention.of(model, transcoder)).startsWith("the dictionary is a transcoder"));
            assertEquals(
                    "blocks.1.hook_resid_post already has a dictionary; each site can have only one",
                    messageOf(() -> none.ablate(1).at(Cases.POINT, nowhere)));
            assertTrue(messageOf(() -> none.ablate(1).doseResponse(1))
                    .startsWith("the ablation of latent 1 has no number"));
            assertEquals(
                    "the dose response has no doses, expected at least one number",
                    messageOf(() -> none.steer(1, 1).doseResponse()));
        }
    }

    @FunctionalInterface
    private interface Formula {
        double[] of(double[] row, int position);
    }

    private static void expect(double[][] before, Intervention edits, Formula formula) {
        double[][] after = rows(activation(edits));
        for (int i = 0; i < before.length; i++) {
            double[] expected = formula.of(before[i], i);
            for (int j = 0; j < expected.length; j++) {
                assertEquals(expected[j], after[i][j], 2e-6 * (1 + norm(expected)), edits + " at " + i);
            }
        }
    }

    /** Returns the activation of the site with edits, [position, d]. */
    private static NDArray activation(Intervention edits) {
        NDArray tokens = Cases.tokens(model, Cases.TOKENS);
        if (edits == null) {
            return model.runTo(Cases.POINT, tokens).get(0);
        }
        try (HookScope hooks = edits.open();
                ActivationCache cache = model.cache(tokens, Cases.POINT)) {
            return cache.get(Cases.POINT).get(0).duplicate();
        }
    }

    private static SparseCodes sparse(NDArray dense) {
        NDArray positions = dense.flatten().neq(0f).nonzero().flatten();
        NDArray values = Aten.indexSelect(dense.flatten(), 0, positions);
        return SparseCodes.ofPositions(positions, values, dense.getShape().get(0), Cases.LATENTS);
    }

    private static void expectClose(NDArray expected, NDArray actual) {
        double distance = expected.sub(actual).abs().max().getFloat();
        double size = expected.abs().max().getFloat();
        assertTrue(distance <= 2e-6 * size, () -> distance + " of " + size);
    }

    private static double[][] rows(NDArray array) {
        float[] numbers = array.toFloatArray();
        int width = (int) array.getShape().get(1);
        double[][] rows = new double[numbers.length / width][width];
        for (int i = 0; i < numbers.length; i++) {
            rows[i / width][i % width] = numbers[i];
        }
        return rows;
    }

    private static double[] add(double[] row, double[] d, double factor) {
        double[] sum = row.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += factor * d[i];
        }
        return sum;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }

    private static double logSumExp(double[] logits) {
        return Math.log(Arrays.stream(logits).map(Math::exp).sum());
    }

    private static String messageOf(org.junit.jupiter.api.function.Executable action) {
        return assertThrows(InvalidInputException.class, action).getMessage();
    }
}
