package dev.assay.evaluate.similarity;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.sae.Dictionary;
import dev.assay.tensor.Scope;
import dev.assay.view.Picture;
import dev.assay.view.PictureStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.style.HeatMapStyler;

/**
 * A heat map of the cosines of all latents of two dictionaries. Latents that match one to one are on the diagonal, the best pair first;
 * the remaining latents of the larger dictionary follow. If there are more latents than cells, a cell shows the largest cosine of a
 * square of pairs, which is above 0 by chance.
 *
 * <pre>{@code
 * SimilarityMap.of(a, b).names("seed 0", "seed 1").picture().writePng(Path.of("similarity.png"));
 * }</pre>
 */
public final class SimilarityMap {
    private static final int MOST_CELLS = 256;
    private static final int WIDTH = 620;
    private static final int HEIGHT = 540;

    private final NDArray a;
    private final NDArray b;
    private final Supplier<Lifetime.Use> use;
    private String nameOfA = "a";
    private String nameOfB = "b";
    private int cells = MOST_CELLS;

    private SimilarityMap(NDArray a, NDArray b, Supplier<Lifetime.Use> use) {
        DictionaryComparison.requireSameWidth(a, b);
        this.a = a;
        this.b = b;
        this.use = use;
    }

    /**
     * Creates the map of the decoder directions of two dictionaries.
     *
     * @param a the dictionary on the vertical axis
     * @param b a dictionary of the same width, on the same device
     * @return the map
     * @throws InvalidInputException if the widths differ
     */
    public static SimilarityMap of(Dictionary a, Dictionary b) {
        return new SimilarityMap(a.decoder(), b.decoder(), () -> DictionaryComparison.use(a, b));
    }

    /**
     * Creates the map of directions of any norm.
     *
     * @param a [m, d]
     * @param b [n, d]
     * @return the map
     * @throws InvalidInputException if the widths differ
     */
    public static SimilarityMap of(NDArray a, NDArray b) {
        return new SimilarityMap(a, b, () -> () -> {});
    }

    /**
     * Sets the names of the dictionaries.
     *
     * @param a the name of the first
     * @param b the name of the second
     * @return this
     */
    public SimilarityMap names(String a, String b) {
        nameOfA = a;
        nameOfB = b;
        return this;
    }

    /**
     * Sets the resolution of the map. The default is {@value #MOST_CELLS} cells per side.
     *
     * @param most the largest number of cells per side, at least 1
     * @return this
     * @throws InvalidInputException if it is below 1
     */
    public SimilarityMap cells(int most) {
        if (most < 1) {
            throw new InvalidInputException("the map has " + most + " cells per side, expected at least 1");
        }
        cells = most;
        return this;
    }

    /**
     * Matches the dictionaries and draws the map. Matching needs O(n³) time in the worst case.
     *
     * @return the picture
     */
    public Picture picture() {
        try (Lifetime.Use both = use.get();
                Scope scope = Scope.open()) {
            Cosines cosines = new Cosines(a, b);
            Cosines.Matching matching = cosines.matching();
            int[] pairs = IntStream.range(0, matching.cosines().length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(pair -> -matching.cosines()[pair]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            int[] rowsOfA =
                    ordered(pairs, matching.rowsOfA(), (int) a.getShape().get(0));
            int[] rowsOfB =
                    ordered(pairs, matching.rowsOfB(), (int) b.getShape().get(0));
            int side = (Math.max(rowsOfA.length, rowsOfB.length) + cells - 1) / cells;
            return draw(cosines.largest(rowsOfA, rowsOfB, side), side, matching);
        }
    }

    /** The matched rows in the order of their pairs, then the others. */
    private static int[] ordered(int[] pairs, int[] rows, int count) {
        boolean[] matched = new boolean[count];
        Arrays.stream(rows).forEach(row -> matched[row] = true);
        return IntStream.concat(
                        Arrays.stream(pairs).map(pair -> rows[pair]),
                        IntStream.range(0, count).filter(row -> !matched[row]))
                .toArray();
    }

    private Picture draw(float[][] values, int side, Cosines.Matching matching) {
        List<Number[]> content = new ArrayList<>();
        for (int row = 0; row < values.length; row++) {
            for (int column = 0; column < values[row].length; column++) {
                // The first row is at the top.
                content.add(new Number[] {column, values.length - 1 - row, values[row][column]});
            }
        }
        String cell = side == 1 ? "cosine" : "largest cosine of " + side + " × " + side + " pairs";
        double mean = Arrays.stream(matching.cosines()).average().orElse(0);
        HeatMapChart chart = PictureStyle.heatMap(
                WIDTH,
                HEIGHT,
                String.format("%s and %s: %s", nameOfA, nameOfB, cell),
                axis(nameOfB, b),
                axis(nameOfA, a));
        HeatMapStyler styler = chart.getStyler();
        styler.setRangeColors(PictureStyle.signed());
        styler.setAxisTicksVisible(false);
        chart.addSeries("cosine", numbers(values[0].length), numbers(values.length), content);
        styler.setMin(-1);
        styler.setMax(1);
        return Picture.of(
                chart,
                String.format(
                        "%s of the latents of %s and %s, matched pairs on the diagonal; mean cosine of the pairs %.3f",
                        cell, nameOfA, nameOfB, mean));
    }

    private static String axis(String name, NDArray directions) {
        return String.format(
                "latents of %s (%,d), best pair first",
                name, directions.getShape().get(0));
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
