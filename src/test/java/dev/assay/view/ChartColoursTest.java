package dev.assay.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ChartColoursTest {
    private static final int SERIES = 12;

    /** Linear RGB as seen by complete dichromats (Machado, Oliveira and Fernandes, 2009, severity 1). */
    private static final Map<String, double[][]> VISION = new TreeMap<>(Map.of(
            "protanopia",
                    new double[][] {
                        {0.152286, 1.052583, -0.204868},
                        {0.114503, 0.786281, 0.099216},
                        {-0.003882, -0.048116, 1.051998}
                    },
            "deuteranopia",
                    new double[][] {
                        {0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}
                    },
            "tritanopia",
                    new double[][] {
                        {1.255528, -0.076749, -0.178779},
                        {-0.078411, 0.930809, 0.147602},
                        {0.004733, 0.691367, 0.303900}
                    }));

    @Test
    void twelveSeriesHaveDistinctColours() {
        double[][] identity = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
        for (int i = 0; i < SERIES; i++) {
            for (int j = 0; j < i; j++) {
                double difference = difference(PictureStyle.series(i), PictureStyle.series(j), identity);
                assertTrue(difference > 20, "series " + i + " and " + j + " differ by " + difference);
            }
        }
    }

    @Test
    void seriesOfOneStrokeAreDistinctForDichromatsAndSimilarColoursHaveAnotherStrokeAndMarker() {
        VISION.forEach((name, matrix) -> {
            for (int i = 0; i < SERIES; i++) {
                for (int j = 0; j < i; j++) {
                    double difference = difference(PictureStyle.series(i), PictureStyle.series(j), matrix);
                    String pair = name + ": series " + i + " and " + j + " differ by " + difference;
                    boolean dashedAlike = dashed(i) == dashed(j);
                    assertTrue(difference > 15 || !dashedAlike, pair);
                    if (difference <= 15) {
                        assertNotEquals(PictureStyle.marker(i), PictureStyle.marker(j), pair);
                    }
                }
            }
        });
    }

    @Test
    void classesOfPagesRepeatAfterTheLastColour() {
        assertEquals("c1", CurveChart.seriesClass(0));
        assertEquals("c12", CurveChart.seriesClass(11));
        assertEquals("c1", CurveChart.seriesClass(12));
        for (int i = 1; i <= SERIES; i++) {
            assertTrue(ChartColours.css().contains("--c" + i + ": light-dark("), ChartColours.css());
        }
    }

    private static boolean dashed(int series) {
        return PictureStyle.stroke(series, 1).getDashArray() != null;
    }

    /** Returns the distance in CIELAB (CIE 1976). */
    private static double difference(Color first, Color second, double[][] vision) {
        double[] a = lab(first, vision);
        double[] b = lab(second, vision);
        return Math.sqrt(Math.pow(a[0] - b[0], 2) + Math.pow(a[1] - b[1], 2) + Math.pow(a[2] - b[2], 2));
    }

    private static double[] lab(Color colour, double[][] vision) {
        double[] linear = List.of(colour.getRed(), colour.getGreen(), colour.getBlue()).stream()
                .mapToDouble(channel -> linear(channel / 255.0))
                .toArray();
        double[] rgb = times(vision, linear);
        for (int i = 0; i < 3; i++) {
            rgb[i] = Math.max(0, Math.min(1, rgb[i]));
        }
        double[] xyz = times(
                new double[][] {
                    {0.4124564, 0.3575761, 0.1804375},
                    {0.2126729, 0.7151522, 0.0721750},
                    {0.0193339, 0.1191920, 0.9503041}
                },
                rgb);
        double x = cubeRoot(xyz[0] / 0.95047);
        double y = cubeRoot(xyz[1]);
        double z = cubeRoot(xyz[2] / 1.08883);
        return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
    }

    private static double linear(double channel) {
        return channel <= 0.04045 ? channel / 12.92 : Math.pow((channel + 0.055) / 1.055, 2.4);
    }

    private static double cubeRoot(double value) {
        return value > 216.0 / 24389 ? Math.cbrt(value) : (24389.0 / 27 * value + 16) / 116;
    }

    private static double[] times(double[][] matrix, double[] vector) {
        double[] product = new double[3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                product[i] += matrix[i][j] * vector[j];
            }
        }
        return product;
    }
}
