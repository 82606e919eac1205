package dev.assay.evaluate.benchmark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.evaluate.probe.LinearProbe;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A parent feature along the first axis and a child feature along the second, with planted absorption. */
class AbsorptionTest {
    private static final double[][] DECODER = {{1, 0, 0}, {0.6, 0.8, 0}, {0, 0, 1}};
    private static final Float64Dictionary DICTIONARY = Float64Dictionary.relu(
            new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, new double[3], DECODER, new double[3]);

    private static Absorption absorption(double[] x, double... code) {
        ConceptDirection parent = ConceptDirection.of(new double[] {2, 0, 0}, new int[] {0}, DICTIONARY);
        return Absorption.of(x, code, parent, AbsorptionThresholds.DEFAULT);
    }

    @Test
    void activeParentIsNotAbsorbed() {
        Absorption absorption = absorption(new double[] {1, 0, 0}, 1, 0, 0);
        assertEquals(1, absorption.probeProjection());
        assertEquals(0, absorption.fraction());
        assertFalse(absorption.isFull());
    }

    @Test
    void silentParentWithAChildOfItsDirectionIsFullyAbsorbed() {
        Absorption absorption = absorption(new double[] {0.6, 0.8, 0}, 0, 1, 0);
        assertEquals(1, absorption.fraction());
        assertTrue(absorption.isFull());
        assertEquals(List.of(1), absorption.absorbing());
    }

    @Test
    void weakParentIsAbsorbedByTheShareOfItsChild() {
        // The parent contributes 0.2 and the child 0.6 of the projection of 0.8.
        Absorption absorption = absorption(new double[] {0.8, 0.8, 0}, 0.2, 1, 0);
        assertEquals(0.75, absorption.fraction(), 1e-12);
        assertFalse(absorption.isFull());
    }

    @Test
    void silentParentWithoutAReplacementIsNotAbsorbed() {
        Absorption absorption = absorption(new double[] {1, 0, 1}, 0, 0, 1);
        assertEquals(0, absorption.fraction());
        assertFalse(absorption.isFull());
    }

    @Test
    void projectionsIncludeTheNormOfTheDecoderRow() {
        Float64Dictionary scaled = Float64Dictionary.relu(
                new double[][] {{1, 0}, {0, 1}}, new double[2], new double[][] {{1, 0}, {3, 4}}, new double[2]);
        ConceptDirection parent = ConceptDirection.of(new double[] {1, 0}, new int[] {0}, scaled);
        Absorption absorption =
                Absorption.of(new double[] {3, 4}, new double[] {0, 1}, parent, AbsorptionThresholds.DEFAULT);
        assertEquals(3, absorption.largestProjection());
        assertTrue(absorption.isFull());
    }

    @Test
    void classOnTwoLatentsIsSplitAndAbsorbedNowhere() {
        // Class a is latent 0 or latent 1, class b is latent 2.
        double[][] x = {{3, 0, 0}, {3, 0, 0}, {0, 3, 0}, {0, 3, 0}, {0, 0, 3}, {0, 0, 3}, {0, 0, 3}, {0, 0, 3}};
        double[][] identity = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
        Float64Dictionary dictionary = Float64Dictionary.relu(identity, new double[3], identity, new double[3]);
        AbsorptionBenchmark benchmark =
                AbsorptionBenchmark.of(dictionary, x, new int[] {0, 0, 0, 0, 1, 1, 1, 1}, List.of("a", "b"));
        LinearProbe a = new LinearProbe(new double[] {1, 1, -1}, 0);
        LinearProbe b = new LinearProbe(new double[] {-1, -1, 1}, 0);
        AbsorptionReport report = benchmark.run(List.of(a, b), new double[][] {{2, 1, 0}, {0, 1, 2}}, 3);
        assertEquals(List.of(0, 1), report.classes().get(0).latents());
        assertEquals(List.of(2), report.classes().get(1).latents());
        assertEquals(1.5, report.metrics().get("mean_num_split_features"));
        assertEquals(0, report.metrics().get("mean_absorption_fraction_score"));
    }

    @Test
    void silentLatentPredictsNothing() {
        double[][] codes = {{0}, {0}, {0}, {0}, {0}};
        boolean[] labels = {true, false, false, true, false};
        BinaryMetrics metrics = LatentProbe.fit(codes, labels, 0).evaluate(codes, labels);
        assertEquals(0, metrics.f1());
        assertEquals(0.5, metrics.auc());
    }

    @Test
    void splitEndsAtTheFirstLatentThatAddsTooLittle() {
        int[][] latents = {{4}, {4, 2}, {4, 2, 7}, {4, 2, 7, 1}};
        assertArrayEquals(new int[] {4, 2}, SplitLatents.of(latents, new double[] {0.5, 0.54, 0.56, 0.9}, 0.03));
    }
}
