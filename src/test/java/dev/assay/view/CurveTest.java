package dev.assay.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CurveTest {
    @Test
    void keepsFewNumbers() {
        Curve curve = new Curve();
        curve.add(10, 2.5);
        curve.add(20, Double.NaN);
        curve.add(30, Double.POSITIVE_INFINITY);
        curve.add(40, -1);
        assertEquals(List.of(new Curve.Point(10, 10, 1, 2.5, 0), new Curve.Point(40, 40, 1, -1, 0)), curve.points());
        assertEquals(-1, curve.last());
        curve.add(50, Double.NaN);
        assertEquals(Double.NaN, curve.last());
    }

    @Test
    void summarizesManyNumbersInFewPoints() {
        SplittableRandom random = new SplittableRandom(1);
        Curve curve = new Curve();
        List<Double> numbers = new ArrayList<>();
        for (int step = 1; step <= 123_457; step++) {
            numbers.add(100 + random.nextDouble());
            curve.add(step, numbers.get(step - 1));
        }
        List<Curve.Point> points = curve.points();
        assertTrue(points.size() > Curve.MOST_POINTS / 2 && points.size() <= Curve.MOST_POINTS, "" + points.size());
        long next = 1;
        for (Curve.Point point : points) {
            assertEquals(next, point.firstStep());
            List<Double> part = numbers.subList((int) point.firstStep() - 1, (int) point.lastStep());
            double mean = part.stream().mapToDouble(x -> x).average().orElseThrow();
            double variance =
                    part.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum() / part.size();
            assertEquals(part.size(), point.count());
            assertEquals(mean, point.mean(), 1e-9);
            assertEquals(variance, point.variance(), 1e-9);
            next = point.lastStep() + 1;
        }
        assertEquals(123_458, next);
    }
}
