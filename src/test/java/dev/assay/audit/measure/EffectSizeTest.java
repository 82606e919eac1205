package dev.assay.audit.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.evaluate.probe.Auroc;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class EffectSizeTest {
    /** Reference values of SciPy 1.17. */
    @Test
    void effectSizesEqualReferenceValues() {
        double[] a = {1, 2, 3, 4.5};
        double[] b = {0.5, 1, 1, 2, 2.5};
        assertEquals(1.0578160049836018, EffectSize.cohensD(a, b), 1e-14);
        assertEquals(0.775, EffectSize.auroc(a, b), 1e-15);
        assertEquals(0.9209401941068136, EffectSize.pairedD(new double[] {1, 2, -0.5, 3}), 1e-14);
    }

    @Test
    void aurocEqualsTheExactAreaWithTies() {
        SplittableRandom random = new SplittableRandom(4);
        for (int round = 0; round < 50; round++) {
            double[] a = random.doubles(1 + round % 9)
                    .map(value -> Math.floor(4 * value) - 1)
                    .toArray();
            double[] b = random.doubles(1 + round % 7)
                    .map(value -> -Math.floor(4 * value) + 1)
                    .toArray();
            double[] all =
                    DoubleStream.concat(DoubleStream.of(a), DoubleStream.of(b)).toArray();
            assertEquals(Auroc.of(all, Samples.first(a.length, all.length)), EffectSize.auroc(a, b), 1e-15);
        }
    }

    @Test
    void effectsWithoutVarianceAreZeroOrInfinite() {
        assertEquals(0, EffectSize.cohensD(new double[] {1, 1}, new double[] {1, 1}));
        assertEquals(Double.POSITIVE_INFINITY, EffectSize.cohensD(new double[] {1, 1}, new double[] {0, 0}));
        assertEquals(Double.NEGATIVE_INFINITY, EffectSize.pairedD(new double[] {-1, -1}));
        assertEquals(Double.NaN, EffectSize.cohensD(new double[] {1}, new double[] {0}));
        assertEquals(Double.NaN, EffectSize.pairedD(new double[] {1}));
    }
}
