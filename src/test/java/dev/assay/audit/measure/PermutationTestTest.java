package dev.assay.audit.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PermutationTestTest {
    private static final double NOMINAL = 0.05;

    /** The 97.5 % quantile of the number of rejections in 200 repetitions at a rate of 5 %. */
    private static final int MOST_REJECTIONS = 16;

    private static final PermutationTest QUICK = new PermutationTest(199, 1999, 3);

    @Test
    void statisticsAreMonotoneFunctionsOfT() {
        double[][] rows = Samples.normal(23, 6, 0.3, 1);
        boolean[] labels = Samples.first(9, 23);
        PermutationTest.Result result =
                QUICK.unpaired(DocumentMatrix.of(rows), labels, Exchangeability.ofDocuments(labels));
        for (int column = 0; column < 6; column++) {
            int at = column;
            double d = EffectSize.cohensD(
                    IntStream.range(0, 9).mapToDouble(row -> rows[row][at]).toArray(),
                    IntStream.range(9, 23).mapToDouble(row -> rows[row][at]).toArray());
            double t = d / Math.sqrt(1.0 / 9 + 1.0 / 14);
            assertEquals(t / Math.sqrt(t * t + 21), result.statistics()[column], 1e-12);
        }
        PermutationTest.Result paired =
                QUICK.paired(DocumentMatrix.of(rows), IntStream.range(0, 23).toArray());
        for (int column = 0; column < 6; column++) {
            int at = column;
            double d = EffectSize.pairedD(
                    Arrays.stream(rows).mapToDouble(row -> row[at]).toArray());
            double t = d * Math.sqrt(23);
            assertEquals(t / Math.sqrt(t * t + 22), paired.statistics()[column], 1e-12);
        }
    }

    /** With 4 + 4 documents, all 70 divisions can be enumerated. */
    @Test
    void pValuesApproachTheExactOnes() {
        double[] values = {3.1, 2.7, 0.4, 2.2, 1.1, 0.2, 0.9, 1.9};
        boolean[] labels = Samples.first(4, 8);
        double observed = Math.abs(sum(values, 0b00001111) - sum(values, 0b11110000));
        int larger = 0;
        for (int chosen = 0; chosen < 256; chosen++) {
            if (Integer.bitCount(chosen) == 4) {
                double difference = Math.abs(sum(values, chosen) - sum(values, 255 & ~chosen));
                larger += difference >= observed - 1e-9 ? 1 : 0;
            }
        }
        double[][] rows =
                Arrays.stream(values).mapToObj(value -> new double[] {value}).toArray(double[][]::new);
        PermutationTest.Result result = new PermutationTest(20_000, 20_000, 0)
                .unpaired(DocumentMatrix.of(rows), labels, Exchangeability.ofDocuments(labels));
        assertEquals(larger / 70.0, result.pValues()[0], 0.01);
        assertEquals(result.pValues()[0], result.familyPValues()[0], 1e-12, "one column is its own maximum");
    }

    private static double sum(double[] values, int chosen) {
        return IntStream.range(0, values.length)
                .filter(i -> (chosen >> i & 1) == 1)
                .mapToDouble(i -> values[i])
                .sum();
    }

    @Test
    void plantedColumnIsFoundFirst() {
        double[][] rows = Samples.normal(60, 300, 0.5, 2);
        for (int row = 0; row < 30; row++) {
            rows[row][117] += 1.5;
        }
        boolean[] labels = Samples.first(30, 60);
        PermutationTest.Result result = new PermutationTest(1000, 50_000, 0)
                .unpaired(DocumentMatrix.of(rows), labels, Exchangeability.ofDocuments(labels));
        int first = IntStream.range(0, 300)
                .boxed()
                .max((a, b) -> Double.compare(Math.abs(result.statistics()[a]), Math.abs(result.statistics()[b])))
                .orElseThrow();
        assertEquals(117, first);
        assertTrue(result.pValues()[117] < 0.001);
        assertTrue(result.familyPValues()[117] < 0.001 + 1e-12);
        assertTrue(result.qValues()[117] < NOMINAL);
    }

    /** All columns are null, so a repetition with a discovery is one with a false-discovery rate of 1. */
    @Test
    void nullRepetitionsHaveNoMoreFalseDiscoveriesThanNominal() {
        int byRate = 0;
        int byMaximum = 0;
        boolean[] labels = Samples.first(15, 30);
        Exchangeability exchangeability = Exchangeability.ofDocuments(labels);
        for (int repetition = 0; repetition < 200; repetition++) {
            DocumentMatrix matrix = DocumentMatrix.of(Samples.normal(30, 40, 0.5, 100 + repetition));
            PermutationTest.Result result = QUICK.withSeed(repetition).unpaired(matrix, labels, exchangeability);
            byRate += smallest(result.qValues()) <= NOMINAL ? 1 : 0;
            byMaximum += smallest(result.familyPValues()) <= NOMINAL ? 1 : 0;
        }
        int rate = byRate;
        int maximum = byMaximum;
        assertTrue(rate <= MOST_REJECTIONS, () -> rate + " of 200 null repetitions have q ≤ 0.05");
        assertTrue(maximum <= MOST_REJECTIONS, () -> maximum + " of 200 null repetitions have family-wise p ≤ 0.05");
        assertTrue(maximum > 0, "a test that never rejects has no power");
    }

    @Test
    void pairedNullRepetitionsHaveNoMoreFalseDiscoveriesThanNominal() {
        int byRate = 0;
        int byMaximum = 0;
        int[] units = IntStream.range(0, 30).toArray();
        for (int repetition = 0; repetition < 200; repetition++) {
            DocumentMatrix matrix = DocumentMatrix.of(Samples.normal(30, 40, 0.5, 9000 + repetition));
            PermutationTest.Result result = QUICK.withSeed(repetition).paired(matrix, units);
            byRate += smallest(result.qValues()) <= NOMINAL ? 1 : 0;
            byMaximum += smallest(result.familyPValues()) <= NOMINAL ? 1 : 0;
        }
        int rate = byRate;
        int maximum = byMaximum;
        assertTrue(rate <= MOST_REJECTIONS, () -> rate + " of 200 null repetitions have q ≤ 0.05");
        assertTrue(maximum <= MOST_REJECTIONS, () -> maximum + " of 200 null repetitions have family-wise p ≤ 0.05");
        assertTrue(maximum > 0, "a test that never rejects has no power");
    }

    private static double smallest(double[] values) {
        return Arrays.stream(values).min().orElseThrow();
    }

    @Test
    void nullPValuesAreUniform() {
        double[] unpaired = new double[500];
        double[] paired = new double[500];
        boolean[] labels = Samples.first(12, 26);
        Exchangeability exchangeability = Exchangeability.ofDocuments(labels);
        for (int draw = 0; draw < 500; draw++) {
            DocumentMatrix matrix = DocumentMatrix.of(Samples.normal(26, 1, 0, 40_000 + draw));
            unpaired[draw] = QUICK.withSeed(draw)
                    .unpaired(matrix, labels, exchangeability)
                    .pValues()[0];
            paired[draw] = QUICK.withSeed(draw)
                    .paired(matrix, IntStream.range(0, 26).toArray())
                    .pValues()[0];
        }
        assertTrue(KolmogorovSmirnov.pValue(unpaired) > 0.01);
        assertTrue(KolmogorovSmirnov.pValue(paired) > 0.01);
    }

    /** The pairs of a unit are copies; flipping each sign alone would understate the variance. */
    @Test
    void signsOfAUnitFlipTogether() {
        double[] together = new double[300];
        int wrong = 0;
        for (int draw = 0; draw < 300; draw++) {
            double[][] ofUnits = Samples.normal(12, 1, 0, 70_000 + draw);
            double[][] rows =
                    IntStream.range(0, 48).mapToObj(i -> ofUnits[i / 4]).toArray(double[][]::new);
            DocumentMatrix matrix = DocumentMatrix.of(rows);
            int[] units = IntStream.range(0, 48).map(i -> i / 4).toArray();
            together[draw] = QUICK.withSeed(draw).paired(matrix, units).pValues()[0];
            wrong += QUICK.withSeed(draw)
                                    .paired(matrix, IntStream.range(0, 48).toArray())
                                    .pValues()[0]
                            <= NOMINAL
                    ? 1
                    : 0;
        }
        assertTrue(KolmogorovSmirnov.pValue(together) > 0.01);
        int found = wrong;
        assertTrue(wrong > 45, () -> "single flips reject " + found + " of 300 null draws");
    }

    @Test
    void constantColumnsAreNotTested() {
        double[][] rows = new SplittableRandom(1)
                .doubles(20)
                .mapToObj(value -> new double[] {0.1, value, 0})
                .toArray(double[][]::new);
        boolean[] labels = Samples.first(10, 20);
        PermutationTest.Result result =
                QUICK.unpaired(DocumentMatrix.of(rows), labels, Exchangeability.ofDocuments(labels));
        assertEquals(1, result.tested());
        assertArrayEquals(new double[] {1, 1}, new double[] {result.pValues()[0], result.qValues()[2]});
        assertEquals(1, result.familyPValues()[0]);
        assertEquals(0, result.statistics()[0]);
        assertEquals(result.pValues()[1], result.qValues()[1], "one tested column needs no correction");
    }

    @Test
    void equalSeedsDrawEqualPermutations() {
        DocumentMatrix matrix = DocumentMatrix.of(Samples.normal(30, 20, 0.5, 8));
        boolean[] labels = Samples.first(14, 30);
        Exchangeability exchangeability = Exchangeability.ofDocuments(labels);
        double[] first = QUICK.unpaired(matrix, labels, exchangeability).pValues();
        assertArrayEquals(first, QUICK.unpaired(matrix, labels, exchangeability).pValues());
        double[] other =
                QUICK.withSeed(4).unpaired(matrix, labels, exchangeability).pValues();
        assertTrue(!Arrays.equals(first, other));
    }

    @Test
    void labelsAreExchangedBetweenOrWithinUnits() {
        boolean[] labels = {true, true, false, false, true, false};
        int[] units = {0, 0, 1, 1, 2, 2};
        Exchangeability exchangeability = Exchangeability.ofUnits(labels, units);
        SplittableRandom random = new SplittableRandom(0);
        boolean swapped = false;
        boolean kept = false;
        for (int draw = 0; draw < 100; draw++) {
            boolean[] drawn = exchangeability.draw(random);
            assertEquals(drawn[0], drawn[1]);
            assertEquals(drawn[2], drawn[3]);
            assertTrue(drawn[0] != drawn[2] && drawn[4] != drawn[5]);
            swapped |= !drawn[0];
            kept |= drawn[4];
        }
        assertTrue(swapped && kept);
    }

    @Test
    void rejectsUnusableDesigns() {
        assertThrows(InvalidInputException.class, () -> Exchangeability.ofDocuments(new boolean[] {true, true}));
        assertThrows(
                InvalidInputException.class, () -> Exchangeability.ofUnits(new boolean[] {true, false}, new int[] {0}));
        assertThrows(InvalidInputException.class, () -> new PermutationTest(50, 100, 0));
        assertThrows(InvalidInputException.class, () -> new PermutationTest(200, 100, 0));
        DocumentMatrix matrix = DocumentMatrix.of(new double[3][1]);
        boolean[] labels = {true, false};
        assertThrows(
                InvalidInputException.class, () -> QUICK.unpaired(matrix, labels, Exchangeability.ofDocuments(labels)));
        assertThrows(InvalidInputException.class, () -> QUICK.paired(matrix, new int[2]));
    }
}
