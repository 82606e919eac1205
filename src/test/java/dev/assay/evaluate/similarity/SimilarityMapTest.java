package dev.assay.evaluate.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.TorchEngine;
import dev.assay.view.Picture;
import dev.assay.view.PictureStyle;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SimilarityMapTest {
    private final NDManager manager = TorchEngine.newManager(Device.cpu());

    @AfterEach
    void close() {
        manager.close();
    }

    private float[][] directions(int count, int width, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] rows = new float[count][width];
        for (float[] row : rows) {
            for (int i = 0; i < width; i++) {
                row[i] = (float) (random.nextDouble() - 0.5);
            }
        }
        return rows;
    }

    private NDArray array(float[][] rows) {
        NDArray flat = manager.create(new Shape(rows.length, rows[0].length));
        for (int i = 0; i < rows.length; i++) {
            flat.set(new ai.djl.ndarray.index.NDIndex(i), manager.create(rows[i]));
        }
        return flat;
    }

    @Test
    void cellShowsTheLargestCosineOfItsSquare() {
        float[][] a = directions(7, 5, 1);
        float[][] b = directions(9, 5, 2);
        int[] orderOfA = {6, 0, 3, 1, 5, 2, 4};
        int[] orderOfB = {8, 2, 0, 1, 7, 6, 5, 4, 3};
        for (int side : new int[] {1, 2, 4, 20}) {
            float[][] found = new Cosines(array(a), array(b)).largest(orderOfA, orderOfB, side);
            assertEquals((7 + side - 1) / side, found.length);
            for (int i = 0; i < found.length; i++) {
                assertEquals((9 + side - 1) / side, found[i].length);
                for (int j = 0; j < found[i].length; j++) {
                    double largest = -1;
                    for (int m = i * side; m < Math.min(7, (i + 1) * side); m++) {
                        for (int n = j * side; n < Math.min(9, (j + 1) * side); n++) {
                            largest = Math.max(largest, cosine(a[orderOfA[m]], b[orderOfB[n]]));
                        }
                    }
                    assertEquals(largest, found[i][j], 1e-6);
                }
            }
        }
    }

    private static double cosine(float[] x, float[] y) {
        double dot = IntStream.range(0, x.length)
                .mapToDouble(i -> (double) x[i] * y[i])
                .sum();
        double xx = IntStream.range(0, x.length)
                .mapToDouble(i -> (double) x[i] * x[i])
                .sum();
        double yy = IntStream.range(0, y.length)
                .mapToDouble(i -> (double) y[i] * y[i])
                .sum();
        return dot / Math.sqrt(xx * yy);
    }

    @Test
    void matchedLatentsAreOnTheDiagonal() {
        int count = 24;
        float[][] a = new float[count][count];
        float[][] b = new float[count][count];
        for (int i = 0; i < count; i++) {
            a[i][i] = 1;
            b[(7 * i + 3) % count][i] = 2; // the same directions, in another order
        }
        Picture picture =
                SimilarityMap.of(array(a), array(b)).names("one", "two").picture();
        assertTrue(picture.description().contains("mean cosine of the pairs 1.000"), picture.description());
        BufferedImage image = picture.image();
        int same = PictureStyle.signed()[4].getRGB();
        int[] dark = dark(image, same);
        double width = (dark[1] - dark[0]) / (double) count;
        double height = (dark[3] - dark[2]) / (double) count;
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < count; j++) {
                int color = image.getRGB((int) (dark[0] + (j + 0.5) * width), (int) (dark[2] + (i + 0.5) * height));
                assertEquals(i == j ? same : Color.WHITE.getRGB(), color, i + ", " + j);
            }
        }
    }

    /** The bounds of the map: its upper left and lower right corners are dark, and the scale is to its right. */
    private static int[] dark(BufferedImage image, int color) {
        int[] box = {image.getWidth(), 0, image.getHeight(), 0};
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth() * 5 / 6; x++) {
                if (image.getRGB(x, y) == color) {
                    box[0] = Math.min(box[0], x);
                    box[1] = Math.max(box[1], x + 1);
                    box[2] = Math.min(box[2], y);
                    box[3] = Math.max(box[3], y + 1);
                }
            }
        }
        return box;
    }

    @Test
    void largeDictionariesShareCells() {
        NDArray a = array(directions(50, 8, 3));
        String description = SimilarityMap.of(a, a).cells(10).picture().description();
        assertTrue(description.startsWith("largest cosine of 5 × 5 pairs"), description);
    }

    @Test
    void rejectsDirectionsOfDifferentWidths() {
        NDArray a = array(directions(3, 4, 1));
        NDArray b = array(directions(3, 5, 1));
        assertThrows(InvalidInputException.class, () -> SimilarityMap.of(a, b));
        assertThrows(InvalidInputException.class, () -> SimilarityMap.of(a, a).cells(0));
    }
}
