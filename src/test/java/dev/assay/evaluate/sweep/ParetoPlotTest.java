package dev.assay.evaluate.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.view.PictureStyle;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ParetoPlotTest {
    private static SweepRow row(String name, String method, Double l0, Double variance) {
        return new SweepRow(
                name,
                method,
                List.of("site"),
                null,
                1024,
                l0,
                variance,
                null,
                null,
                null,
                null,
                null,
                null,
                1,
                l0 == null ? "nan" : null);
    }

    private static ParetoPlot plot() {
        return ParetoPlot.of(
                new SweepTable(List.of(
                        row("c", "topk", 32.0, 0.9),
                        row("a", "topk", 8.0, 0.7),
                        row("b", "standard", 16.0, 0.6),
                        row("stopped", "topk", null, null),
                        row("d", "standard", 8.0, 0.65),
                        row("e", "topk", 40.0, 0.9))),
                "A <sweep>");
    }

    @Test
    void frontHasTheMembersThatNoOtherMemberDominates() {
        assertEquals(
                List.of("a", "c"), plot().front().stream().map(SweepRow::name).toList());
    }

    @Test
    void drawsEachMethodInItsOwnColour() {
        Set<Integer> colors = new HashSet<>();
        BufferedImage image = plot().picture().image();
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                colors.add(image.getRGB(x, y));
            }
        }
        assertTrue(colors.contains(PictureStyle.series(0).getRGB()));
        assertTrue(colors.contains(PictureStyle.series(1).getRGB()));
        assertEquals(
                "A <sweep>: L0 against explained variance", plot().picture().description());
    }

    @Test
    void pageContainsPictureAndTable(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("pareto.html");
        plot().writeHtml(file);
        String page = Files.readString(file);
        assertTrue(
                page.contains("<h1>A &lt;sweep&gt;</h1>\n<img alt=\"A &lt;sweep&gt;: L0 against"),
                page.substring(0, 600));
        assertTrue(page.contains("<td>standard</td>") && page.contains("stopped stopped: nan"));
    }
}
