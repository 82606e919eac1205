package dev.assay.view;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AxisTest {
    @Test
    void linearAxisEndsAtRoundNumbers() {
        Axis axis = Axis.linear(0.03, 0.88, 4);
        assertEquals(new Axis(0, 1, false), axis);
        assertEquals(List.of(0.0, 0.25, 0.5, 0.75, 1.0), axis.ticks(4));
        assertEquals(0.88, axis.position(0.88), 1e-12);
        assertEquals(0, Axis.linear(7, 7, 4).position(Axis.linear(7, 7, 4).low()));
    }

    @Test
    void logarithmicAxisHasRoundTicks() {
        Axis axis = Axis.logarithmic(0.5, 600);
        assertEquals(List.of(1.0, 10.0, 100.0), axis.ticks(4));
        assertEquals(0.5, new Axis(1, 100, true).position(10), 1e-12);
        assertEquals(
                List.of(2.0, 5.0, 10.0, 20.0, 50.0), Axis.logarithmic(2, 60).ticks(4));
    }

    @Test
    void everyRangeHasAFewTicksWithinIt() {
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 2000; i++) {
            double low = (random.nextDouble() - 0.3) * Math.pow(10, random.nextInt(-9, 10));
            double high = low + random.nextDouble() * Math.pow(10, random.nextInt(-3, 4)) * Math.abs(low);
            check(Axis.linear(low, high, 4), low, high);
            if (low > 0 && high > 30 * low) {
                check(Axis.logarithmic(low, high), low, high);
            }
        }
        check(Axis.linear(0, 0, 4), 0, 0);
        check(Axis.linear(-5, -5, 4), -5, -5);
    }

    @Test
    void binnedAxisEndsAtRoundNumbers() {
        AxisBins bins = new AxisBins(Axis.roundLogarithmic(new double[] {0, 2.5, 31}), 48);
        assertEquals(2, bins.edge(0), 1e-9);
        assertEquals(50, bins.edge(48), 1e-9);
        assertEquals(List.of(2.0, 5.0, 10.0, 20.0, 50.0), bins.axis().ticks(12));
        for (double value : new double[] {2, 3, 7.7, 49}) {
            int bin = bins.bin(value);
            assertTrue(bins.edge(bin) <= value * (1 + 1e-9) && value < bins.edge(bin + 1));
        }
        assertEquals(0, bins.bin(0.1));
        assertEquals(47, bins.bin(1000));
        AxisBins empty = new AxisBins(Axis.roundLogarithmic(new double[] {0, 0}), 3);
        assertEquals(new Axis(1, 10, true), empty.axis());
        assertArrayEquals(new int[3], empty.counts(new double[] {0, 0}));
    }

    @Test
    void roundLogarithmicAxisContainsItsValues() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 2000; i++) {
            double[] values = {Math.pow(10, 12 * random.nextDouble() - 6), 0, Math.pow(10, 12 * random.nextDouble() - 6)
            };
            Axis axis = Axis.roundLogarithmic(values);
            assertTrue(axis.low() <= Math.min(values[0], values[2]) * (1 + 1e-9), axis.toString());
            assertTrue(axis.high() >= Math.max(values[0], values[2]) * (1 - 1e-9), axis.toString());
        }
        assertEquals(new Axis(5, 50, true), Axis.roundLogarithmic(new double[] {5, 5}));
    }

    @Test
    void axisOfSharesCoversWholeDecades() {
        assertEquals(new Axis(1e-3, 1, true), Axis.ofShares(new double[] {0, 0.5}));
        assertEquals(new Axis(1e-5, 1, true), Axis.ofShares(new double[] {0.00002, 0.5}));
        assertEquals(
                List.of(1e-3, 1e-2, 1e-1, 1.0), Axis.ofShares(new double[0]).ticks(12));
    }

    @Test
    void nearlyConstantNumbersHaveFewTicks() {
        for (double value : new double[] {1, 1e9, -3e17, 0.1}) {
            double next = Math.nextUp(value);
            check(Axis.linear(value, next, 4), value, next);
            List<Double> ticks = new Axis(value, next, false).ticks(4);
            assertTrue(ticks.size() <= 9, ticks.toString());
        }
    }

    @Test
    void countsAreMarkedAtWholeNumbers() {
        assertEquals(List.of(1.0, 2.0, 3.0), Axis.countTicks(3, 4));
        assertEquals(List.of(2.0, 4.0, 6.0, 8.0), Axis.countTicks(9, 4));
        assertEquals(List.of(500.0, 1000.0, 1500.0), Axis.countTicks(1999, 4));
        assertTrue(Axis.countTicks(Integer.MAX_VALUE, 4).size() <= 4);
    }

    @Test
    void labelsAreShort() {
        assertEquals("20k", Axis.label(20_000));
        assertEquals("1.5M", Axis.label(1_500_000));
        assertEquals("−0.25", Axis.label(-0.25));
        assertEquals("5e−5", Axis.label(5e-5));
        assertEquals("0", Axis.label(0));
    }

    private static void check(Axis axis, double low, double high) {
        assertTrue(
                axis.position(low) >= -1e-9 && axis.position(high) <= 1 + 1e-9, axis + " for " + low + " to " + high);
        List<Double> ticks = axis.ticks(4);
        assertTrue(ticks.size() >= 1 && ticks.size() <= 10, axis + ": " + ticks);
        for (double tick : ticks) {
            assertTrue(axis.position(tick) >= -1e-6 && axis.position(tick) <= 1 + 1e-6, axis + ": " + ticks);
        }
    }
}
