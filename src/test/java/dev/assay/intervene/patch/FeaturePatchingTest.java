package dev.assay.intervene.patch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.LogitDivergence;
import dev.assay.intervene.Cases;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.ActivationNormalization;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Standard;
import dev.assay.sae.Weights;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FeaturePatchingTest {
    private static final List<PromptPair> PAIRS = List.of(
            new PromptPair(new int[] {3, 17, 4, 29, 11, 11, 8}, new int[] {3, 17, 9, 29, 11, 11, 8}),
            new PromptPair(new int[] {5, 4, 21, 4}, new int[] {5, 30, 21, 30}),
            new PromptPair(new int[] {2, 7, 19, 13, 7, 6}, new int[] {2, 25, 19, 13, 25, 6}));
    private static final List<PromptPair> OTHER = List.of(
            new PromptPair(new int[] {3, 12, 4, 12, 8}, new int[] {3, 15, 4, 15, 8}),
            new PromptPair(new int[] {5, 27, 21}, new int[] {5, 10, 21}));

    private static HookedTransformer model;

    @BeforeAll
    static void createModel() {
        model = Cases.model();
    }

    @AfterAll
    static void closeModel() {
        model.close();
    }

    /** Both signs of each dimension, which reconstruct every activation exactly. */
    private static SparseAutoencoder identity() {
        try (Scope scope = Scope.open()) {
            NDManager manager = model.manager();
            NDArray eye = manager.eye(Cases.WIDTH);
            NDArray both = eye.concat(eye.neg(), 0);
            return SparseAutoencoder.builder()
                    .architecture(new Standard())
                    .weights(new Weights(
                            both,
                            manager.zeros(new Shape(2 * Cases.WIDTH)),
                            both,
                            manager.zeros(new Shape(Cases.WIDTH))))
                    .metadata(SaeMetadata.builder().hookName(Cases.POINT.name()).build())
                    .build();
        }
    }

    private static List<Integer> all(FeaturePatching patching) {
        return IntStream.range(0, patching.features()).boxed().toList();
    }

    @Test
    void identityDictionaryPatchesWithZeroEditWhenNothingDiffers() {
        List<PromptPair> same = PAIRS.stream()
                .map(pair -> new PromptPair(pair.prompt(), pair.prompt()))
                .toList();
        try (SparseAutoencoder identity = identity();
                FeaturePatching patching = FeaturePatching.of(model, Cases.POINT, identity, same)) {
            PatchEffect effect = patching.patch(all(patching));
            assertEquals(0, effect.editSize());
            assertEquals(0, effect.klPatchedToCounterfactual(), 1e-12);
            assertFalse(patching.differs(0));
        }
    }

    @Test
    void allFeaturesOfTheIdentityPlusErrorEqualRawPatching() {
        try (SparseAutoencoder identity = identity();
                FeaturePatching patching = FeaturePatching.of(model, Cases.POINT, identity, PAIRS)) {
            PatchEffect raw = patching.raw();
            PatchEffect patched = patching.patch(all(patching));
            assertArrayEquals(raw.editSizes(), patched.editSizes(), 1e-4);
            assertArrayEquals(raw.patchedToCounterfactual(), patched.patchedToCounterfactual(), 1e-9);
            assertTrue(patching.patch(List.of()).klPatchedToCounterfactual() > 1e-6, "the prompts differ");
        }
    }

    @Test
    void signedGroupsPatchBothLatentsOfACoordinate() {
        try (SparseAutoencoder identity = identity();
                FeaturePatching single = FeaturePatching.of(model, Cases.POINT, identity, PAIRS);
                FeaturePatching signed = FeaturePatching.of(
                        model, Cases.POINT, identity, FeatureGroups.signed(2 * Cases.WIDTH), PAIRS)) {
            assertEquals(Cases.WIDTH, signed.features());
            assertArrayEquals(
                    single.patch(List.of(5, 5 + Cases.WIDTH)).counterfactualToPatched(),
                    signed.patch(List.of(5)).counterfactualToPatched(),
                    1e-12);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ActivationNormalization.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = "EXPECTED_AVERAGE_ONLY_IN")
    void patchAddsScaledCodeDifferencesAlongDirections(ActivationNormalization normalization) {
        PromptPair pair = PAIRS.get(0);
        List<Integer> chosen = List.of(1, 4, 9, 22, 31);
        try (SparseAutoencoder sae = Cases.dictionary(new Standard(), normalization, Cases.POINT, 3);
                FeaturePatching patching = FeaturePatching.of(AttachedDictionary.of(model, sae), PAIRS);
                Scope scope = Scope.open()) {
            NDArray x = model.runTo(Cases.POINT, Cases.tokens(model, pair.prompt()));
            NDArray other = model.runTo(Cases.POINT, Cases.tokens(model, pair.counterfactual()));
            NDArray difference = sae.encode(other).dense().sub(sae.encode(x).dense()); // [n, latents]
            NDArray keep = model.manager().zeros(new Shape(1, sae.dSae()));
            chosen.forEach(latent -> keep.setScalar(new ai.djl.ndarray.index.NDIndex("0, {}", (long) latent), 1f));
            NDArray change = difference.mul(keep).matMul(sae.directions()); // [n, d]
            NDArray scale = AttachedDictionary.of(model, sae).scale(x);
            NDArray scaled = scale == null ? change : change.mul(scale);
            PatchEffect effect = patching.patch(chosen);
            assertEquals(Aten.rowNorms(scaled).sum().getFloat(), effect.editSizes()[0], 1e-4);
            try (HookScope edit = model.hooks()
                    .edit(Cases.POINT, (activation, site) -> activation.add(scaled.reshape(activation.getShape())))
                    .open()) {
                NDArray patched = last(pair.prompt());
                edit.close();
                double expected = LogitDivergence.inFloat64(patched, last(pair.counterfactual()))[0];
                assertEquals(expected, effect.patchedToCounterfactual()[0], 1e-6);
                assertEquals(
                        LogitDivergence.inFloat64(last(pair.counterfactual()), patched)[0],
                        effect.counterfactualToPatched()[0],
                        1e-6);
            }
        }
    }

    private static NDArray last(int... prompt) {
        NDArray logits = model.forward(Cases.tokens(model, prompt));
        return logits.get("0, {}:", prompt.length - 1);
    }

    @Test
    void paddingDoesNotChangeTheEffectOfAPair() {
        try (SparseAutoencoder sae = Cases.dictionary();
                FeaturePatching together = FeaturePatching.of(model, Cases.POINT, sae, PAIRS);
                FeaturePatching alone = FeaturePatching.of(model, Cases.POINT, sae, PAIRS.subList(1, 2))) {
            PatchEffect expected = alone.patch(all(alone));
            PatchEffect found = together.patch(all(together));
            assertEquals(expected.patchedToCounterfactual()[0], found.patchedToCounterfactual()[1], 1e-7);
            assertEquals(expected.editSizes()[0], found.editSizes()[1], 1e-4);
            assertEquals(4, found.tokens()[1]);
        }
    }

    @Test
    void ladderRemovesFeaturesThatChangeLittleFirst() {
        try (SparseAutoencoder sae = Cases.dictionary(new Standard(), ActivationNormalization.NONE, Cases.POINT, 3);
                FeaturePatching patching = FeaturePatching.of(model, Cases.POINT, sae, PAIRS)) {
            PatchLadder ladder = PatchLadder.options(1e-3, 1e-5).run(patching);
            List<PatchLadder.Rung> rungs = ladder.rungs();
            assertEquals(
                    List.of(
                            PatchLadder.NONE,
                            PatchLadder.ALL,
                            PatchLadder.START,
                            "threshold 0.00001",
                            "threshold 0.001"),
                    rungs.stream().map(PatchLadder.Rung::step).toList());
            assertEquals(sae.dSae(), rungs.get(2).features().size());
            assertTrue(rungs.get(2).features().containsAll(rungs.get(3).features()));
            assertTrue(rungs.get(3).features().containsAll(rungs.get(4).features()));
            assertTrue(rungs.get(3).features().stream().allMatch(patching::differs));
            assertTrue(rungs.get(4).features().size() < rungs.get(3).features().size());
            assertTrue(ladder.smallestMargin() > 0 && ladder.smallestMargin() <= 1e-3);
        }
    }

    @Test
    void ladderIsMeasuredOnOtherPairsWithTheSameFeatures() {
        try (SparseAutoencoder sae = Cases.dictionary();
                FeaturePatching selected = FeaturePatching.of(model, Cases.POINT, sae, PAIRS);
                FeaturePatching scored = FeaturePatching.of(model, Cases.POINT, sae, OTHER)) {
            PatchLadder ladder = PatchLadder.options(1e-4).candidates(6).run(selected);
            PatchLadder held = ladder.on(scored);
            assertEquals(6, held.rungs().get(2).features().size());
            for (int i = 0; i < ladder.rungs().size(); i++) {
                assertEquals(
                        ladder.rungs().get(i).features(), held.rungs().get(i).features());
                assertEquals(OTHER.size(), held.rungs().get(i).effect().tokens().length);
            }
            assertArrayEquals(
                    scored.patch(held.rungs().get(2).features()).patchedToCounterfactual(),
                    held.rungs().get(2).effect().patchedToCounterfactual());
        }
    }

    @Test
    void candidatesAreTheFeaturesOfTheLargestChanges() {
        try (SparseAutoencoder sae = Cases.dictionary();
                FeaturePatching patching = FeaturePatching.of(model, Cases.POINT, sae, PAIRS)) {
            double[] sizes = patching.contributionSizes();
            for (int feature = 0; feature < sizes.length; feature++) {
                assertEquals(patching.patch(List.of(feature)).editSize(), sizes[feature], 1e-5);
            }
            List<Integer> start = PatchLadder.options(10)
                    .candidates(3)
                    .run(patching)
                    .rungs()
                    .get(2)
                    .features();
            double least =
                    start.stream().mapToDouble(feature -> sizes[feature]).min().orElseThrow();
            assertTrue(IntStream.range(0, sizes.length)
                    .filter(feature -> !start.contains(feature))
                    .allMatch(feature -> sizes[feature] <= least));
        }
    }

    @Test
    void shuffledOrderDependsOnlyOnTheSeed() {
        try (SparseAutoencoder sae = Cases.dictionary();
                FeaturePatching patching = FeaturePatching.of(model, Cases.POINT, sae, PAIRS)) {
            PatchLadder one = PatchLadder.options(1e-5).shuffled(4).run(patching);
            PatchLadder two = PatchLadder.options(1e-5).shuffled(4).run(patching);
            assertEquals(one.rungs().get(3).features(), two.rungs().get(3).features());
        }
    }

    @Test
    void wrongInputIsOneSentence() {
        assertEquals(
                "the prompt has 2 tokens and its counterfactual 1, expected equal numbers",
                assertThrows(InvalidInputException.class, () -> new PromptPair(new int[] {1, 2}, new int[] {1}))
                        .getMessage());
        assertThrows(InvalidInputException.class, () -> PatchLadder.options());
        assertThrows(InvalidInputException.class, () -> PatchLadder.options(Double.NaN));
        assertThrows(InvalidInputException.class, () -> FeatureGroups.signed(3));
        try (SparseAutoencoder sae = Cases.dictionary()) {
            assertThrows(InvalidInputException.class, () -> FeaturePatching.of(model, Cases.POINT, sae, List.of()));
            try (FeaturePatching patching = FeaturePatching.of(model, Cases.POINT, sae, PAIRS)) {
                assertEquals(
                        "there is no feature 40 to patch, expected 0 to 39",
                        assertThrows(InvalidInputException.class, () -> patching.patch(List.of(40)))
                                .getMessage());
            }
        }
    }
}
