package dev.assay.toy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FiringTest {
    private static final int ROWS = 200_000;

    /** Observed joint frequencies differ from the closed form by at most 4.5 standard deviations, and not at all where it is 0. */
    private static void assertSampleEqualsClosedForm(Firing firing) {
        double[][] expected = firing.joint();
        double[][] counts = new double[expected.length][expected.length];
        SplittableRandom random = new SplittableRandom(5);
        List<Integer> fired = new ArrayList<>();
        for (int row = 0; row < ROWS; row++) {
            fired.clear();
            firing.sample(random, fired::add);
            for (int i : fired) {
                for (int j : fired) {
                    counts[i][j]++;
                }
            }
        }
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; j < expected.length; j++) {
                double q = expected[i][j];
                assertEquals(q, counts[i][j] / ROWS, 4.5 * Math.sqrt(q * (1 - q) / ROWS) + 1e-12, i + " and " + j);
            }
        }
    }

    @Test
    void familiesFireAsTheirTreeSaysAndAsManyAsRequested() {
        TreeFiring families = TreeFiring.families(20, 3, 0.95);
        assertEquals(3, families.meanActive(), 1e-12);
        assertEquals(0, families.joint()[1][2], "exclusive siblings");
        assertEquals(families.probabilities()[5], families.joint()[0][5], 1e-15, "a grandchild implies its root");
        assertTrue(families.joint()[0][8] > 0, "families are independent");
        assertSampleEqualsClosedForm(families);
    }

    @Test
    void copulaOfEightFactorsFiresAsItsCorrelations() {
        double[] p = IndependentFiring.decaying(10, 3, 0.9).probabilities();
        CopulaFiring copula = CopulaFiring.random(p, 0.9, 3);
        assertTrue(Arrays.stream(copula.phi()).flatMapToDouble(Arrays::stream).anyMatch(phi -> phi < -0.1));
        assertSampleEqualsClosedForm(copula);
    }

    @Test
    void perfectlyCorrelatedFeaturesFireTogether() {
        double[][] same = {{1, 1, -1}, {1, 1, -1}, {-1, -1, 1}};
        CopulaFiring copula = CopulaFiring.of(new double[] {0.3, 0.2, 0.4}, same);
        assertEquals(0.2, copula.joint()[0][1], 1e-12);
        assertEquals(0, copula.joint()[0][2], 1e-12);
        assertSampleEqualsClosedForm(copula);
    }

    /** Independent normal variables: P(both) = p q, and the variance of L0 is that of independent features. */
    @Test
    void copulaWithoutCorrelationEqualsIndependentFeatures() {
        double[] p = {0.1, 0.5, 0.9};
        CopulaFiring copula = CopulaFiring.of(p, new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
        assertEquals(new IndependentFiring(p).varianceActive(), copula.varianceActive(), 1e-12);
        // Sheppard: P(X < 0, Y < 0) = 1/4 + arcsin(r) / 2π.
        CopulaFiring half = CopulaFiring.of(new double[] {0.5, 0.5}, new double[][] {{1, 0.6}, {0.6, 1}});
        assertEquals(0.25 + Math.asin(0.6) / (2 * Math.PI), half.joint()[0][1], 1e-12);
    }

    @Test
    void unscaledProbabilitiesAreThoseOfThePublishedGenerator() {
        double[] p = IndependentFiring.decayingUnscaled(512, 5, 0.99).probabilities();
        assertEquals(5.0 / 512, p[0], 1e-15);
        assertEquals(0.971, Arrays.stream(p).sum(), 0.001);
    }

    @Test
    void rejectsTreesAndMatricesThatAreNone() {
        double[] p = {0.5, 0.5};
        for (Runnable call : new Runnable[] {
            () -> new TreeFiring(List.of(new TreeFiring.Node(0, 0.5, TreeFiring.NO_GROUP))),
            () -> new TreeFiring(List.of(new TreeFiring.Node(-1, 1.5, TreeFiring.NO_GROUP))),
            () -> new TreeFiring(List.of(new TreeFiring.Node(-1, 0.7, "A"), new TreeFiring.Node(-1, 0.7, "A"))),
            () -> new TreeFiring(List.of(new TreeFiring.Node(-1, 0.2, "A"), new TreeFiring.Node(0, 0.2, "A"))),
            () -> CopulaFiring.of(p, new double[][] {{1, 0.5}, {0.4, 1}}),
            () -> CopulaFiring.of(p, new double[][] {{2, 0}, {0, 1}}),
            () -> CopulaFiring.of(p, new double[][] {{1}}),
            () -> CopulaFiring.of(
                    new double[] {0.1, 0.1, 0.1}, new double[][] {{1, 0.9, -0.9}, {0.9, 1, 0.9}, {-0.9, 0.9, 1}}),
            () -> new IndependentFiring(new double[] {Double.NaN}),
            () -> IndependentFiring.decayingUnscaled(4, 5, 0.9),
            () -> ToySuperposition.of(8, 16).correlation(0.5).hierarchical()
        }) {
            String message =
                    assertThrows(InvalidInputException.class, call::run).getMessage();
            assertTrue(message.contains("expected"), message);
        }
    }
}
