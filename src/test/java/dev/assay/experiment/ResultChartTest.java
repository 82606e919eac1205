package dev.assay.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultChartTest {
    /** A vertical line, with its position and both ends. */
    private static final Pattern LINE =
            Pattern.compile("<line[^>]* x1=\"([0-9.]+)\" x2=\"\\1\" y1=\"([0-9.]+)\" y2=\"([0-9.]+)\"");
    /** The length of a tick mark in points. */
    private static final double MARK = 3;

    @TempDir
    private Path folder;

    @Test
    void marksIntegersOnlyWhereAllPositionsAreIntegers() throws IOException {
        assertEquals(2, marks(0, 1));
        assertEquals(3, marks(0, 1, 2));
        assertEquals(4, marks(0, 1, 2, 3));
        assertEquals(4, marks(-1, 0, 2));
        assertEquals(2, marks(3));
        assertEquals(6, marks(0, 1, 2, 3, 4, 5));
    }

    @Test
    void marksFractionsBetweenOtherPositions() throws IOException {
        assertEquals(11, marks(0, 0.7, 1));
    }

    @Test
    void marksSizesThatDoubleAndNothingBetweenThem() throws IOException {
        Path file = folder.resolve("sizes.svg");
        ResultChart chart =
                ResultChart.of("Recall by size", "latents", "recall").logarithmicX();
        chart.line(
                        "sae",
                        Stream.of(128, 256, 512)
                                .map(size -> new ResultChart.Point(size, Estimate.exact(0.5)))
                                .toList())
                .picture()
                .writeSvg(file);
        String svg = Files.readString(file);
        assertEquals(
                3, LINE.matcher(svg).results().filter(ResultChartTest::isMark).count());
    }

    /** Returns the number of tick marks on the horizontal axis. */
    private long marks(double... positions) throws IOException {
        List<ResultChart.Point> points = Arrays.stream(positions)
                .mapToObj(x -> new ResultChart.Point(x, Estimate.exact(x)))
                .toList();
        Path file = folder.resolve("chart.svg");
        ResultChart.of("Accuracy by layer", "layer", "accuracy")
                .line("probe", points)
                .picture()
                .writeSvg(file);
        return LINE.matcher(Files.readString(file))
                .results()
                .filter(ResultChartTest::isMark)
                .count();
    }

    private static boolean isMark(MatchResult line) {
        double length = Double.parseDouble(line.group(3)) - Double.parseDouble(line.group(2));
        return Math.abs(Math.abs(length) - MARK) < 0.01;
    }
}
