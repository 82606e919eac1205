package dev.assay.toy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToyReportTest {
    /** Every figure of seed s is {@code value + s / 10}. */
    private static ToyResult result(ToyMember member, double value) {
        List<Map<ToyFigure, Double>> seeds = new ArrayList<>();
        for (int seed = 0; seed < 3; seed++) {
            Map<ToyFigure, Double> figures = new EnumMap<>(ToyFigure.class);
            for (ToyFigure figure : ToyFigure.values()) {
                figures.put(figure, value + seed / 10.0);
            }
            seeds.add(figures);
        }
        return new ToyResult(member, seeds);
    }

    private static ToyReport report() {
        return new ToyReport(
                "a model",
                1000,
                10,
                3,
                List.of(
                        result(ToyMember.cell(8, 0.5), 0.1),
                        result(ToyMember.cell(8, 2), 0.7),
                        result(ToyMember.cell(16, 0.5), 0.2),
                        result(ToyMember.cell(16, 2), 0.0)),
                List.of(result(ToyMember.architectures(2, 32).get(0), 0.4)));
    }

    @Test
    void meanAndSpreadAreOverSeeds() {
        ToyResult result = result(ToyMember.cell(8, 1), 0.4);
        assertEquals(0.5, result.mean(ToyFigure.L0), 1e-12);
        assertEquals(0.1, result.spread(ToyFigure.L0), 1e-12);
        assertEquals(0, new ToyResult(result.member(), result.seeds().subList(1, 2)).spread(ToyFigure.L0));
    }

    @Test
    void gridHasSizesDownAndCoefficientsAcross() {
        ToyReport report = report();
        assertArrayEquals(new double[] {0.5, 2}, report.coefficients());
        assertArrayEquals(new int[] {8, 16}, report.sizes());
        assertEquals("l1-2-8", report.best().member().name());
        List<String> lines = report.toText().lines().toList();
        int map = lines.indexOf(lines.stream()
                .filter(line -> line.startsWith("mmcs_truth_to_dictionary"))
                .findFirst()
                .orElseThrow());
        assertTrue(lines.get(map).matches("\\S+ +λ 0.5 +λ 2 +random"), lines.get(map));
        assertTrue(lines.get(map + 1).matches(" *8 latents +0.200 ± 0.100 +0.800 ± 0.100 +0.200"), lines.get(map + 1));
        assertTrue(lines.get(map + 2).matches(" *16 latents +0.300 ± 0.100 +0.100 ± 0.100 +0.300"), lines.get(map + 2));
        assertTrue(
                lines.stream().anyMatch(line -> line.matches("best cell: λ 2 with 8 latents, MMCS 0.800 .*")),
                report.toText());
        assertTrue(
                lines.stream().anyMatch(line -> line.startsWith("standard L1") && line.contains("0.500 ± 0.100")),
                report.toText());
    }

    @Test
    void filesContainEverySeedAndTheNullOfEachFigure() {
        List<String> lines = report().toCsv().lines().toList();
        assertEquals(1 + 5 * 3, lines.size());
        assertTrue(lines.get(0).startsWith("name,sparsity,d_sae,learning_rate,seed,mmcs_truth_to_dictionary,"));
        assertTrue(lines.get(5).startsWith("l1-2-8,2,8,0.01,1,0.7"), lines.get(5));
        assertEquals(lines.get(0).split(",").length, lines.get(5).split(",").length);
        JsonNode json = report().toJson();
        assertEquals(4, json.path("grid").size());
        JsonNode standard = json.path("architectures").path(0);
        assertEquals("standard L1", standard.path("name").asText());
        assertEquals(1, standard.path("method").path("coefficient").asDouble());
        assertEquals(0.5, standard.path("mean").path("mmcs_truth_to_random").asDouble(), 1e-12);
        assertEquals(0.1, standard.path("spread").path("mmcs_truth_to_random").asDouble(), 1e-12);
    }

    @Test
    void pictureHasACellForEachResult(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("map.png");
        ToyHeatMap.of(report()).writePng(ToyFigure.TRUTH_TO_DICTIONARY, file);
        BufferedImage picture = ImageIO.read(Files.newInputStream(file));
        // Between grid lines and numbers of the cells; larger sizes are higher up.
        Color low = colour(picture, 0.55, 0.25);
        Color high = colour(picture, 0.55, 0.75);
        assertTrue(high.getRed() + 60 < low.getRed(), low + " and " + high);
    }

    private static Color colour(BufferedImage picture, double across, double down) {
        return new Color(picture.getRGB((int) (across * picture.getWidth()), (int) (down * picture.getHeight())));
    }

    @Test
    void undefinedFigureIsAnEmptyFieldAndNotInJson() {
        ToyResult result = result(ToyMember.cell(8, 1), 0.4);
        List<Map<ToyFigure, Double>> seeds = result.seeds().stream()
                .map(figures -> {
                    Map<ToyFigure, Double> changed = new EnumMap<>(figures);
                    changed.put(ToyFigure.SECONDS, Double.NaN);
                    return changed;
                })
                .toList();
        ToyReport report = new ToyReport("", 1, 1, 3, List.of(new ToyResult(result.member(), seeds)), List.of());
        assertTrue(report.toCsv().lines().skip(1).allMatch(line -> line.endsWith(",")), report.toCsv());
        JsonNode mean = report.toJson().path("grid").path(0).path("mean");
        assertTrue(mean.has("l0") && !mean.has("seconds"), mean.toString());
    }
}
