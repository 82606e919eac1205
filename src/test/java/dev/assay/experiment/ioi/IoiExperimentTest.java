package dev.assay.experiment.ioi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import dev.assay.experiment.ResultTable;
import dev.assay.intervene.patch.PromptPair;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Standard;
import dev.assay.sae.Weights;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class IoiExperimentTest {
    @Test
    void quickFormKeepsTheIdentitiesOfPatchingAndLinksFeaturesToTheirPages(@TempDir Path folder) throws IOException {
        ExperimentReport report = Experiments.run(
                Experiments.named("ioi"), ExperimentOptions.of(folder).asQuick(), line -> {});
        JsonNode checks = report.table("checks").toJson().get("rows");
        assertEquals(2, checks.size());
        for (JsonNode row : checks) {
            assertEquals(0, row.get("edit_of_equal_prompts").asDouble());
            assertEquals(0, row.get("edit_difference").asDouble(), 1e-4);
            assertEquals(row.get("kl_raw").asDouble(), row.get("kl_all").asDouble(), 1e-6);
            assertTrue(row.get("kl_none").asDouble() > 0.1, "the name of the recipient changes the prediction");
        }
        ResultTable areas = report.table("areas");
        assertEquals(6, areas.size());
        for (int row = 0; row < areas.size(); row++) {
            assertTrue(areas.estimate(row, "area_edit").mean() < 1.2);
            assertTrue(Double.isFinite(areas.estimate(row, "area_edit_random").mean()));
            assertTrue(Double.isFinite(
                    areas.estimate(row, "area_edit_random_weights").mean()));
        }
        assertTrue(Double.isFinite(areas.estimate(0, "area_edit_matched").mean()));
        JsonNode features = report.table("features").toJson().get("rows");
        assertFalse(features.isEmpty());
        String target = features.get(0).get("feature_target").asText();
        assertTrue(Files.isRegularFile(folder.resolve(target.substring(0, target.indexOf('#')))), target);
        assertTrue(Files.isRegularFile(folder.resolve("figures/kl_over_edit_size_story.svg")));
    }

    @Test
    void wrongSettingsAreOneSentence(@TempDir Path folder) {
        ExperimentOptions options = ExperimentOptions.of(folder).asQuick();
        assertEquals(
                "setting forms is \"poem\", expected story, template, both separated by a comma, or auto",
                refusal(options.withSetting("forms", "poem")));
        assertEquals(
                "the name \"Bartholomew\" is not a single token of assay/stories, expected names that its tokenizer knows",
                refusal(options.withSetting("names", "Bartholomew,Anna,Tom")));
        assertTrue(refusal(options.withSetting("names", "Anna,Tom")).endsWith("expected at least 3; set names"));
        assertTrue(refusal(options.withSetting("site", "blocks.9.hook_resid_post"))
                .startsWith("setting site is \"blocks.9.hook_resid_post\", which assay/stories does not have"));
        assertTrue(refusal(options.withSetting("l1", "-1")).contains("setting l1 is -1"));
    }

    private static String refusal(ExperimentOptions options) {
        return assertThrows(
                        InvalidInputException.class,
                        () -> Experiments.run(Experiments.named("ioi"), options, line -> {}))
                .getMessage();
    }

    @Test
    void formsDrawDifferentPairsThatDifferInOneName() throws IOException {
        try (HookedTransformer model = HookedTransformer.load("assay/stories")) {
            for (PromptForm form : List.of(new StoryForm(), TemplateForm.of(model))) {
                List<PromptPair> pairs = form.pairs(model, 12, 5);
                Set<List<Integer>> prompts = new HashSet<>();
                for (PromptPair pair : pairs) {
                    prompts.add(IntStream.of(pair.prompt()).boxed().toList());
                    Set<String> before = words(model, pair.prompt());
                    Set<String> after = words(model, pair.counterfactual());
                    Set<String> common = new HashSet<>(before);
                    common.retainAll(after);
                    assertEquals(before.size() - 1, common.size(), before + " and " + after);
                    assertEquals(after.size() - 1, common.size(), before + " and " + after);
                    assertTrue(pair.length() <= form.longest());
                }
                assertEquals(12, prompts.size());
                assertArrayEquals(
                        pairs.get(3).prompt(), form.pairs(model, 12, 5).get(3).prompt());
                assertNotEquals(
                        IntStream.of(pairs.get(0).prompt()).boxed().toList(),
                        IntStream.of(form.pairs(model, 1, 6).get(0).prompt())
                                .boxed()
                                .toList());
            }
        }
    }

    private static Set<String> words(HookedTransformer model, int... tokens) {
        return new HashSet<>(List.of(model.tokenizer().decode(tokens).split("\\W+")));
    }

    @Test
    void areaIsThatOfThePiecewiseLinearCurveUpToTheLimit() {
        double[] x = {0, 2, 4};
        double[] y = {4, 2, 1};
        assertEquals(9, PatchCurve.area(x, y, 4), 1e-12);
        assertEquals(9 + 2, PatchCurve.area(x, y, 6), 1e-12);
        assertEquals(6 + (2 + 1.5) / 2, PatchCurve.area(x, y, 3), 1e-12);
        assertEquals(8, PatchCurve.area(new double[] {0}, new double[] {4}, 2), 1e-12);
    }

    @Test
    void unchangedDivergenceHasNormalizedAreaOne() {
        List<double[]> constant = List.of(new double[] {1, 3}, new double[] {1, 3});
        PatchCurve curve = new PatchCurve(
                List.of("none", "all"),
                List.of(List.of(), List.of()),
                List.of(0, 10),
                List.of(0.0, 2.0),
                constant,
                3,
                16,
                1,
                0.5);
        assertArrayEquals(new double[] {0.5, 1.5}, curve.areasOverEditSize(), 1e-12);
        assertArrayEquals(new double[] {0.5, 1.5}, curve.areasOverFeatures(), 1e-12);
    }

    @Test
    void matchedFeaturesHaveTheFrequenciesAndNormsOfTheLatents() {
        SplittableRandom random = new SplittableRandom(2);
        int rows = 800;
        int width = 12;
        float[] numbers = new float[rows * width];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray sample = manager.create(numbers, new Shape(rows, width));
            float[] bias = new float[20];
            for (int j = 0; j < bias.length; j++) {
                bias[j] = j == 19 ? -1000 : -1.5f + 0.1f * j;
            }
            NDArray rowsOfEncoder = Weights.randomDirections(manager, 20, width, 3);
            try (SparseAutoencoder sae = SparseAutoencoder.builder()
                            .architecture(new Standard())
                            .weights(new Weights(
                                    rowsOfEncoder,
                                    manager.create(bias),
                                    rowsOfEncoder.mul(2),
                                    manager.zeros(new Shape(width))))
                            .build();
                    SparseAutoencoder matched = MatchedFeatures.of(sae, sample, 7)) {
                float[] expected = activity(sae, sample);
                float[] found = activity(matched, sample);
                for (int j = 0; j < 20; j++) {
                    assertEquals(expected[j], found[j], 1, "active rows of latent " + j);
                    assertEquals(expected[20 + j], found[20 + j], 1e-3 * expected[20 + j] + 1e-6);
                }
                assertEquals(0, found[19]);
            }
        }
    }

    /** Returns the number of active rows per latent, then the summed contribution norms per latent. */
    private static float[] activity(SparseAutoencoder sae, NDArray sample) {
        NDArray codes = sae.encode(sample).dense();
        NDArray active = codes.gt(0).toType(codes.getDataType(), false).sum(new int[] {0});
        NDArray norms =
                codes.sum(new int[] {0}).mul(Aten.rowNorms(sae.directions()).reshape(-1));
        return active.concat(norms, 0).toFloatArray();
    }
}
