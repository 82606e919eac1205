package dev.assay.experiment.autointerp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.baseline.Baseline;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.evaluate.baseline.Directions;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import dev.assay.experiment.ResultTable;
import dev.assay.explain.ScoreMetric;
import dev.assay.io.Json;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SaeMetadata;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AutointerpExperimentTest {
    private static final String CORPUS = "stories";

    @TempDir
    private Path temporary;

    private final Experiment experiment = Experiments.named("autointerp");

    private ExperimentOptions options() {
        return ExperimentOptions.of(temporary.resolve("out")).asQuick();
    }

    @Test
    @Tag("slow")
    void quickFormScoresEveryBasisNextToItsControls() throws Exception {
        ExperimentReport report = Experiments.run(experiment, options(), line -> {});
        ResultTable scores = report.table("scores");
        assertEquals(Basis.values().length, scores.size());
        JsonNode rows = scores.toJson().get("rows");
        for (int row = 0; row < scores.size(); row++) {
            assertTrue(rows.get(row).get("features").intValue() >= 4, rows.get(row)::toString);
            for (ScoreMetric metric : ScoreMetric.HEADLINE) {
                double mean = scores.estimate(row, metric.id()).mean();
                assertTrue(mean > 0.05 && mean <= 1, () -> metric + ": " + mean);
            }
        }
        // The dictionary has sparse features, and directions are active on about half of the tokens.
        assertTrue(rows.get(0).get("density").doubleValue() < 0.15, rows.get(0)::toString);
        assertTrue(rows.get(Basis.PCA.ordinal()).get("density").doubleValue() > 0.2, rows::toString);

        JsonNode controls = report.table("controls").toJson().get("rows");
        assertEquals(5 * Basis.values().length, controls.size());
        for (JsonNode row : controls) {
            double pearson = row.get("pearson").get("mean").doubleValue();
            double published = row.get("correlation_top_and_random").get("mean").doubleValue();
            switch (row.get("row").textValue()) {
                case "oracle" -> {
                    assertEquals(1, pearson, 1e-12);
                    assertEquals(1, published, 1e-12);
                    assertEquals(1, row.get("auprc").get("mean").doubleValue(), 1e-12);
                }
                case "constant" -> {
                    assertEquals(0, pearson);
                    assertEquals(0, published);
                }
                case "shuffled" -> assertTrue(Math.abs(pearson) < 0.6, row::toString);
                default -> assertTrue(pearson > 0.2, row::toString);
            }
        }
        assertEquals(9, report.table("moments").size());
        assertTrue(Files.exists(temporary.resolve("out/figures/kurtosis.svg")));
        assertTrue(report.findings().get(0).startsWith("Order of the bases by"), report.findings()::toString);
        JsonNode origin = Json.read(temporary.resolve("out/experiment.json")).at("/provenance/0/reads/0");
        assertEquals("blocks.1.hook_resid_post", origin.asText());

        ExperimentReport resumed = Experiments.run(experiment, options(), line -> {});
        assertEquals(0, resumed.computedCells());
        assertEquals(scores.toJson(), resumed.table("scores").toJson());
        assertEquals(
                report.table("comparisons").toJson(),
                resumed.table("comparisons").toJson());
    }

    @Test
    void directionsPointToTheStrongerTailOfTheTrainingText() {
        SplittableRandom random = new SplittableRandom(3);
        float[] rows = new float[2 * 500];
        for (int i = 0; i < 500; i++) {
            double tail = -Math.log(1 - random.nextDouble());
            rows[2 * i] = (float) -tail; // a tail of negative coordinates
            rows[2 * i + 1] = (float) (tail * (random.nextInt(2) == 0 ? 0.1 : 1));
        }
        SaeMetadata metadata = SaeMetadata.builder()
                .hookName("blocks.0.hook_resid_post")
                .put(OrientedFeatures.FIELD, OrientedFeatures.record(CORPUS, 500))
                .build();
        double[][] unit = {{1, 0}, {0, 1}};
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray sample = manager.create(rows, new Shape(500, 2));
            Baseline baseline = Baselines.of(sample)
                    .metadata(metadata)
                    .directions("planted", "two axes", new Directions(new double[] {-1, 0.5}, unit, unit, true));
            try (Dictionary oriented = OrientedFeatures.of(baseline, sample)) {
                assertEquals(2, oriented.dSae());
                assertArrayEquals(new float[] {-1, 0, 0, 1}, oriented.decoder().toFloatArray(), 1e-6f);
                // c = −(x − origin) along the first axis: only the far side is active.
                NDArray x = manager.create(new float[] {-4, 0.5f, 2, 3.5f}, new Shape(2, 2));
                assertArrayEquals(
                        new float[] {-4, 0.5f, -1, 3.5f},
                        oriented.reconstruct(x).toFloatArray(),
                        1e-6f);
                OrientedFeatures.requireTrainingText("planted", oriented.metadata(), CORPUS);
            }
            try (Dictionary relu =
                    OrientedFeatures.of(Baselines.of(sample).metadata(metadata).relu(), sample)) {
                assertEquals(2, relu.dSae());
            }
        }
    }

    @Test
    void refusesFeaturesWithoutARecordOfTheTextOfTheirOrientation() {
        SaeMetadata none = SaeMetadata.builder().hookName("x").build();
        InvalidInputException refused = assertThrows(
                InvalidInputException.class, () -> OrientedFeatures.requireTrainingText("pca", none, CORPUS));
        assertEquals(
                "the features of pca have no record of the text on which they were oriented, expected the training"
                        + " documents of stories",
                refused.getMessage());
        SaeMetadata scored = SaeMetadata.builder()
                .hookName("x")
                .put(OrientedFeatures.FIELD, Map.of("text", CORPUS, "part", "held-out documents"))
                .build();
        refused = assertThrows(
                InvalidInputException.class, () -> OrientedFeatures.requireTrainingText("pca", scored, CORPUS));
        assertEquals(
                "the features of pca were oriented on held-out documents of stories, expected the training documents of"
                        + " stories",
                refused.getMessage());
    }

    @Test
    void rankCorrelationUsesMeanRanksOfTies() {
        assertEquals(1, RankCorrelation.of(new double[] {1, 2, 30}, new double[] {-5, 0, 1}), 1e-12);
        assertEquals(-1, RankCorrelation.of(new double[] {1, 2, 30}, new double[] {9, 8, -1}), 1e-12);
        // Ranks 0, 1.5, 1.5, 3 and 0, 1, 2, 3.
        assertEquals(
                4.5 / Math.sqrt(4.5 * 5),
                RankCorrelation.of(new double[] {1, 2, 2, 3}, new double[] {1, 2, 3, 4}),
                1e-12);
        assertTrue(Double.isNaN(RankCorrelation.of(new double[] {1, 1, 1}, new double[] {1, 2, 3})));
        assertTrue(Double.isNaN(RankCorrelation.of(new double[] {1, 2}, new double[] {1, 2})));
    }

    @Test
    void rejectsUnusableSettings() {
        refused("setting bases has \"svd\", expected some of sae, random-weights, pca", "bases", "sae,svd");
        refused("setting bases has no sae", "bases", "pca,ica");
        refused("has no site blocks.9.hook_resid_post", "site", "blocks.9.hook_resid_post");
        refused("one of every 1 documents is held out, expected 0 or at least 2", "held-out-every", "1");
    }

    private void refused(String message, String setting, String value) {
        InvalidInputException refused = assertThrows(
                InvalidInputException.class,
                () -> Experiments.run(experiment, options().withSetting(setting, value), line -> {}));
        assertTrue(refused.getMessage().contains(message), refused::getMessage);
    }
}
