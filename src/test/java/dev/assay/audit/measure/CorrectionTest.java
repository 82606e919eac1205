package dev.assay.audit.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.InvalidInputException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CorrectionTest {
    /** Reference values of scipy.stats.false_discovery_control. */
    @Test
    void adjustedValuesEqualReferenceValues() {
        double[] adjusted = BenjaminiHochberg.adjust(
                new double[] {0.216, 0.001, 0.042, 0.008, 0.039, 0.041, 0.06, 0.074, 0.205, 0.212});
        double[] expected = {0.216, 0.01, 0.084, 0.04, 0.084, 0.084, 0.1, 0.1057142857142857, 0.216, 0.216};
        assertArrayEquals(expected, adjusted, 1e-15);
    }

    @Test
    void rejectsNumbersThatAreNoPValues() {
        assertThrows(InvalidInputException.class, () -> BenjaminiHochberg.adjust(new double[] {1.1}));
        assertThrows(InvalidInputException.class, () -> BenjaminiHochberg.adjust(new double[] {Double.NaN}));
        assertThrows(InvalidInputException.class, () -> KolmogorovSmirnov.distance(new double[0]));
        assertThrows(InvalidInputException.class, () -> KolmogorovSmirnov.distance(new double[] {-0.1}));
    }

    /** Distances of scipy.stats.kstest; p-values of the formula of Stephens, computed in Python. */
    @Test
    void kolmogorovSmirnovEqualsReferenceValues() {
        double[] x = {0.93, 0.02, 0.11, 0.19, 0.35, 0.36, 0.48, 0.52, 0.61, 0.77};
        assertEquals(0.19, KolmogorovSmirnov.distance(x), 1e-15);
        assertEquals(0.8218919971920077, KolmogorovSmirnov.pValue(x), 1e-13);
        double[] squares = IntStream.rangeClosed(1, 100)
                .mapToDouble(i -> i * i / 101.0 / 101.0)
                .toArray();
        assertEquals(0.2550249975492599, KolmogorovSmirnov.distance(squares), 1e-14);
        assertEquals(3.1838075749896187e-06, KolmogorovSmirnov.pValue(squares), 1e-16);
        double[] even =
                IntStream.range(0, 1000).mapToDouble(i -> (i + 0.5) / 1000).toArray();
        assertEquals(1, KolmogorovSmirnov.pValue(even));
    }
}
