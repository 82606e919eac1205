package dev.assay.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.feature.store.Histogram;
import dev.assay.feature.store.Reports;
import dev.assay.view.Picture;
import dev.assay.view.PictureStyle;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FeaturePicturesTest {
    @Test
    void drawsDensitiesOnALogarithmicAxis() {
        double[] densities = new double[1000];
        Arrays.fill(densities, 0, 600, 2e-5);
        Arrays.fill(densities, 600, 900, 0.3);
        Picture picture = DensityPicture.of(densities, "Density");
        assertEquals("Density: a histogram of 1,000 latents, 100 never active", picture.description());
        int[] columns = outlined(picture);
        // The first bar is 0.3 decades from the left of five decades. The second, half as high, is at 4.4.
        int left = columns[0];
        double decade = (columns[columns.length - 1] - left) / 5.0;
        int[] heights = heights(picture);
        int high = heights[(int) (left + 0.35 * decade)];
        int half = heights[(int) (left + 4.45 * decade)];
        assertEquals(0.5, (double) half / high, 0.03);
        assertTrue(heights[(int) (left + 2 * decade)] < 0.02 * high);
    }

    @Test
    void drawsDensityOneAndAnEmptyHistogram() {
        assertTrue(outlined(DensityPicture.of(new double[] {1, 1e-9, 0}, "")).length > 0);
        assertTrue(DensityPicture.of(new double[10], "").description().contains("10 never active"));
        assertTrue(outlined(DensityPicture.of(new double[10], "")).length > 0);
    }

    @Test
    void drawsBarHeightsOfTheHistogram() {
        Histogram histogram = new Histogram(0, 0.5, List.of(10L, 40L, 0L, 20L));
        Picture picture = ActivationPicture.of(7, Reports.stats(1000, 70, 1.9, 0.8), histogram);
        assertEquals(
                "Feature 7, active on 7.00 % of 1,000 tokens: a histogram of its activations above 0",
                picture.description());
        int[] columns = outlined(picture);
        int[] heights = heights(picture);
        double bin = (columns[columns.length - 1] - columns[0]) / 4.0;
        int[] found = IntStream.range(0, 4)
                .map(i -> heights[(int) (columns[0] + (i + 0.5) * bin)])
                .toArray();
        assertEquals(0.25, (double) found[0] / found[1], 0.03);
        assertEquals(0.5, (double) found[3] / found[1], 0.03);
        assertTrue(found[2] < 0.02 * found[1]);
    }

    @Test
    void titleReportsADeadFeature() {
        Picture picture = ActivationPicture.of(Reports.dead(3));
        assertTrue(picture.description().startsWith("Feature 3, never active on 1,000 tokens"));
        assertTrue(picture.image().getWidth() > 0);
    }

    /** Returns the pixel columns that contain the outline of the bars. */
    private static int[] outlined(Picture picture) {
        int[] heights = heights(picture);
        return IntStream.range(0, heights.length).filter(x -> heights[x] > 0).toArray();
    }

    /** Returns the height of the outline above its lowest point, per pixel column. */
    private static int[] heights(Picture picture) {
        BufferedImage image = picture.image();
        int bottom = 0;
        int[] top = new int[image.getWidth()];
        for (int x = 0; x < top.length; x++) {
            top[x] = image.getHeight();
            for (int y = image.getHeight() - 1; y >= 0; y--) {
                if (image.getRGB(x, y) == PictureStyle.FIRST.getRGB()) {
                    top[x] = y;
                    bottom = Math.max(bottom, y);
                }
            }
        }
        int line = bottom + 1;
        return Arrays.stream(top).map(y -> Math.max(0, line - y)).toArray();
    }
}
