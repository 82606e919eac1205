package dev.assay.train.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.view.Picture;
import dev.assay.view.PictureStyle;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingCurvesTest {
    @TempDir
    private Path folder;

    private Path one;
    private Path other;

    @BeforeEach
    void writeRuns() throws IOException {
        one = run("one/run", "metrics/l0", step -> 16);
        other = run("other/run", "metrics/l0", step -> 4000.0 / step);
    }

    private Path run(String name, String metric, IntToDoubleFunction value) throws IOException {
        Path run = Files.createDirectories(folder.resolve(name));
        StringBuilder lines = new StringBuilder();
        for (int step = 10; step <= 2000; step += 10) {
            lines.append("{\"step\":").append(step).append(",\"").append(metric).append("\":");
            lines.append(value.applyAsDouble(step))
                    .append(",\"losses/mse_loss\":")
                    .append(1.0 / step);
            lines.append("}\n");
        }
        Files.writeString(run.resolve("metrics.jsonl"), lines + "{\"step\":2010,\"metri");
        return run;
    }

    @Test
    void drawsOnePanelPerMetricAndOneLinePerRun() throws IOException {
        Picture alone = TrainingCurves.of(one).picture().resolution(1);
        assertEquals("Training curves of run: losses/mse_loss, metrics/l0", alone.description());
        assertEquals(880, alone.image().getWidth());
        assertEquals(280, alone.image().getHeight(), "no legend for one run");
        assertTrue(holds(alone, PictureStyle.series(0)));

        Picture both = TrainingCurves.of(one, other).metrics("metrics/l0").picture();
        assertTrue(both.description().contains("run, " + other.resolve("metrics.jsonl")), both.description());
        assertTrue(holds(both, PictureStyle.series(0)) && holds(both, PictureStyle.series(1)));
    }

    @Test
    void keepsTheColourOfARunAcrossPanels() throws IOException {
        Path third = run("third", "losses/l1_loss", step -> 2);
        Picture picture =
                TrainingCurves.of(one, third).metrics("losses/l1_loss").picture();
        BufferedImage image = picture.resolution(1).image();
        BufferedImage panel = image.getSubimage(0, image.getHeight() - 280, 440, 280);
        assertTrue(holds(panel, PictureStyle.series(1)));
        assertTrue(!holds(panel, PictureStyle.series(0)));
    }

    @Test
    void drawsASingleStep() throws IOException {
        Path run = Files.createDirectories(folder.resolve("short"));
        Files.writeString(run.resolve("metrics.jsonl"), "{\"step\":1,\"metrics/l0\":0,\"x\":-3.5}\n");
        assertTrue(holds(TrainingCurves.of(run).picture(), PictureStyle.series(0)));
        assertTrue(holds(TrainingCurves.of(run).metrics("x").picture(), PictureStyle.series(0)));
        assertTrue(holds(TrainingCurves.of(run.resolve("metrics.jsonl")).picture(), PictureStyle.series(0)));
    }

    @Test
    void refusesMissingMetricsByName() throws IOException {
        assertFault("has no metrics.jsonl", () -> TrainingCurves.of(folder));
        assertFault(
                "no run has the metric \"l0\", expected one of losses/mse_loss, metrics/l0",
                () -> TrainingCurves.of(one).metrics("l0"));
        Path empty = Files.createDirectories(folder.resolve("empty"));
        Files.writeString(empty.resolve("metrics.jsonl"), "not json\n");
        assertFault("holds no metrics", () -> TrainingCurves.of(empty));
    }

    private static void assertFault(String part, org.junit.jupiter.api.function.Executable task) {
        String message = assertThrows(InvalidInputException.class, task).getMessage();
        assertTrue(message.contains(part), message);
    }

    private static boolean holds(Picture picture, Color color) {
        return holds(picture.image(), color);
    }

    private static boolean holds(BufferedImage image, Color color) {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                if (image.getRGB(x, y) == color.getRGB()) {
                    return true;
                }
            }
        }
        return false;
    }
}
