package dev.assay.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AxisTest {
    @Test
    void aLinearAxisEndsAtRoundNumbers() {
        Axis axis = Axis.linear(0.03, 0.88, 4);
        assertEquals(new Axis(0, 1, false), axis);
        assertEquals(List.of(0.0, 0.25, 0.5, 0.75, 1.0), axis.ticks(4));
        assertEquals(0.88, axis.place(0.88), 1e-12);
        assertEquals(0, Axis.linear(7, 7, 4).place(Axis.linear(7, 7, 4).low()));
    }

    @Test
    void aLogarithmicAxisHasRoundTicks() {
        Axis axis = Axis.logarithmic(0.5, 600);
        assertEquals(List.of(1.0, 10.0, 100.0), axis.ticks(4));
        assertEquals(0.5, new Axis(1, 100, true).place(10), 1e-12);
        assertEquals(
                List.of(2.0, 5.0, 10.0, 20.0, 50.0), Axis.logarithmic(2, 60).ticks(4));
    }

    @Test
    void anyRangeHasAFewTicksWithinIt() {
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

    private static void check(Axis axis, double low, double high) {
        assertTrue(axis.place(low) >= -1e-9 && axis.place(high) <= 1 + 1e-9, axis + " for " + low + " to " + high);
        List<Double> ticks = axis.ticks(4);
        assertTrue(ticks.size() >= 1 && ticks.size() <= 10, axis + ": " + ticks);
        for (double tick : ticks) {
            assertTrue(axis.place(tick) >= -1e-6 && axis.place(tick) <= 1 + 1e-6, axis + ": " + ticks);
        }
    }
}
