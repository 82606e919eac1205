package dev.assay.experiment.toy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.similarity.RandomMaxCosine;
import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import dev.assay.experiment.ResultTable;
import dev.assay.toy.ToyFigure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class SuperpositionExperimentTest {
    private static ExperimentReport run(ExperimentOptions options) throws IOException {
        return Experiments.run(Experiments.named("toy"), options, line -> {});
    }

    @Test
    void quickFormRecoversPlantedFeaturesAndShowsTheDiagonalOfThePublishedConvention(@TempDir Path folder)
            throws IOException {
        ExperimentOptions options = ExperimentOptions.of(folder).asQuick();
        ExperimentReport report = run(options);
        ResultTable best = report.table("best");
        String text = report.toText();
        assertEquals(4, best.size());
        double random = new RandomMaxCosine(24, 80).meanMaxCosine();
        for (int variant = 0; variant < 4; variant++) {
            double mmcs = best.estimate(variant, "mmcs").mean();
            assertEquals(random, best.estimate(variant, "mmcs_random").mean(), 1e-9, text);
            assertTrue(best.estimate(variant, "mmcs_normal_codes").mean() < 0.7, text);
            assertEquals(0, best.estimate(variant, "found_normal_codes").mean(), text);
            assertTrue(
                    mmcs > random + 0.3
                            && mmcs
                                    > best.estimate(variant, "mmcs_normal_codes")
                                                    .mean()
                                            + 0.2,
                    text);
        }
        for (int variant : new int[] {0, 1}) { // plain and correlated
            assertTrue(best.estimate(variant, "mmcs").mean() >= 0.95, text);
            assertTrue(best.estimate(variant, "found").mean() >= 0.9, text);
        }
        assertEquals(1, factor(report.findings().get(0)), 0.3, text);
        assertTrue(factor(report.findings().get(3)) > 1.4, text);
        for (String figure : List.of("plain-mmcs_truth_to_dictionary", "published-mmcs_with_next_larger")) {
            assertTrue(Files.size(folder.resolve("figures/" + figure + ".png")) > 5000);
            assertTrue(Files.exists(folder.resolve("figures/" + figure + ".svg")));
        }
        assertEquals(12, report.table("grid-hierarchical").size());

        ExperimentReport resumed = run(options);
        assertEquals(0, resumed.computedCells());
        assertEquals(text, resumed.toText());
    }

    private static double factor(String finding) {
        return Double.parseDouble(finding.replaceFirst(".*by a factor of ", "").replaceFirst("\\.$", ""));
    }

    @Test
    void bestCellsAndTheirSlopeAreThoseOfTheGrid() {
        int figures = ToyFigure.values().length;
        double[][] seed = new double[6][figures];
        int mmcs = ToyFigure.TRUTH_TO_DICTIONARY.ordinal();
        seed[1][mmcs] = 0.5; // 10 latents, coefficient 2
        seed[5][mmcs] = 0.8; // 20 latents, coefficient 4
        seed[4][mmcs] = 0.7;
        ToyGrid grid = new ToyGrid(List.of(10, 20), List.of("1", "2", "4"), List.<double[][]>of(seed));
        assertEquals(new ToyGrid.Cell(0, 1), grid.best(0));
        assertEquals(new ToyGrid.Cell(1, 2), grid.best());
        assertEquals("4", grid.coefficient(grid.best()));
        assertEquals(20, grid.latents(grid.best()));
        assertEquals(2, grid.factorPerDoubling(), 1e-12);
    }

    @Test
    void wrongSettingsAreOneSentenceBeforeAnythingIsComputed(@TempDir Path folder) {
        ExperimentOptions options = ExperimentOptions.of(folder).asQuick();
        for (ExperimentOptions wrong : List.of(
                options.withSetting("variants", "plain,other"),
                options.withSetting("sizes", "80,40"),
                options.withSetting("coefficients", "0"),
                options.withSetting("active", "100"),
                options.withSetting("correlation", "2"),
                options.withModel("assay/stories"),
                options.withText("assay/stories/10"))) {
            String message =
                    assertThrows(InvalidInputException.class, () -> run(wrong)).getMessage();
            assertTrue(message.contains("expected"), message);
        }
        assertTrue(Files.notExists(folder.resolve("cells/plain-seed0.json")));
    }
}
