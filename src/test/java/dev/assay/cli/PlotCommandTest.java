package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class PlotCommandTest {
    @TempDir
    private Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void plotsFeaturesOfTheStore() throws Exception {
        Path folder = SavedDictionary.save(temporary.resolve("one"), 1);
        assertFault(1, "has no feature store", "plot", "density", folder.toString());
        SavedDictionary.collect(folder);
        assertPicture(folder.resolve("density.png"), 1280, "plot", "density", folder.toString());
        assertPicture(folder.resolve("feature-3.png"), 1120, "plot", "activations", folder + "", "--feature", "3");
        Path small = temporary.resolve("small.png");
        assertPicture(
                small,
                640,
                "plot",
                "density",
                folder.resolve("features").toString(),
                "--out",
                small.toString(),
                "--resolution",
                "1");
        assertFault(1, "latent 24", "plot", "activations", folder.toString(), "--feature", "24");
        assertFault(1, "expected 1 to 16", "plot", "density", folder.toString(), "--resolution", "17");
    }

    @Test
    void plotsDictionariesRunsAndSweeps() throws Exception {
        Path one = SavedDictionary.save(temporary.resolve("one"), 1);
        Path other = SavedDictionary.save(temporary.resolve("other"), 2);
        assertPicture(one.resolve("similarity.png"), 1240, "plot", "similarity", one.toString(), other.toString());

        Files.writeString(
                one.resolve("metrics.jsonl"), "{\"step\":1,\"metrics/l0\":4}\n{\"step\":2,\"metrics/l0\":5}\n");
        assertPicture(one.resolve("curves.png"), 880, "plot", "curves", one.toString());
        assertFault(1, "no run has the metric \"l0\"", "plot", "curves", one.toString(), "--metric", "l0");

        assertFault(1, "has no sweep.json", "plot", "pareto", one.toString());
        Files.writeString(one.resolve("sweep.json"), "{\"rows\":[]}");
        assertFault(1, "has no rows", "plot", "pareto", one.toString());
        Files.writeString(one.resolve("sweep.json"), "{\"rows\":3}");
        assertFault(1, "sweep.json: ", "plot", "pareto", one.toString());
        Files.writeString(
                one.resolve("sweep.json"),
                "{\"rows\":[{\"name\":\"a\",\"method\":\"topk\",\"site\":\"x\",\"d_sae\":64,\"l0\":4.0,"
                        + "\"explained_variance\":0.5,\"seconds\":1.0}]}");
        assertPicture(one.resolve("pareto.png"), 1520, "plot", "pareto", one.toString());
    }

    @Test
    void rejectsPlotWithoutPictureName() {
        assertFault(1, "expected one of density, activations, curves, similarity, pareto", "plot");
    }

    private void assertPicture(Path file, int width, String... arguments) throws Exception {
        assertEquals(0, run(arguments), err.toString());
        assertTrue(out.toString().endsWith("picture: " + file + System.lineSeparator()), out.toString());
        assertEquals(width, ImageIO.read(file.toFile()).getWidth());
    }

    private void assertFault(int lines, String part, String... arguments) {
        err.getBuffer().setLength(0);
        assertEquals(2, run(arguments));
        assertEquals(lines, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().contains(part), err.toString());
    }

    private int run(String... arguments) {
        return Assay.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }
}
