package dev.assay.evaluate.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.TorchEngine;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ErasureTest {
    private static final LeaceOptions PLAIN = LeaceOptions.DEFAULT.withShrinkage(false);

    /** Returns the largest absolute covariance of a column with the label. */
    private static double covariance(ProbeData data) {
        double largest = 0;
        for (double difference : data.meanDifference()) {
            largest = Math.max(largest, Math.abs(difference));
        }
        return largest;
    }

    private static double[] mean(ProbeData data) {
        double[] mean = new double[data.width()];
        for (int i = 0; i < data.rows(); i++) {
            for (int j = 0; j < mean.length; j++) {
                mean[j] += data.value(i, j) / data.rows();
            }
        }
        return mean;
    }

    @Test
    void leaceMakesClassMeansEqualWithEveryOption() {
        ProbeData data = ProbeSamples.gaussian(300, 6, 3, 1);
        assertTrue(covariance(data) > 1);
        double[] mean = mean(data);
        for (boolean shrinks : new boolean[] {true, false}) {
            for (boolean whitens : new boolean[] {true, false}) {
                LeaceOptions options =
                        LeaceOptions.DEFAULT.withShrinkage(shrinks).withWhitening(whitens);
                AffineEraser eraser = Leace.fit(data, Leace.labels(data), options);
                ProbeData erased = eraser.erase(data);
                assertEquals(0, covariance(erased), 1e-10);
                assertArrayEquals(mean, mean(erased), 1e-10);
                assertArrayEquals(erased.values(), eraser.erase(erased).values(), 1e-9); // P P = P
                ProbeData about0 = Leace.fit(data, Leace.labels(data), options.withAffine(false))
                        .erase(data);
                assertEquals(0, covariance(about0), 1e-10);
            }
        }
    }

    @Test
    void leaceChangesRowsLessThanTheOrthogonalProjection() {
        ProbeData data = ProbeSamples.gaussian(300, 6, 3, 1);
        double least = change(data, Leace.fit(data, Leace.labels(data), PLAIN));
        double orthogonal = change(data, Leace.fit(data, Leace.labels(data), PLAIN.withWhitening(false)));
        assertTrue(least < orthogonal, least + " against " + orthogonal);
    }

    private static double change(ProbeData data, Eraser eraser) {
        double[] erased = eraser.erase(data).values();
        double[] values = data.values();
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += (values[i] - erased[i]) * (values[i] - erased[i]);
        }
        return sum;
    }

    @Test
    void afterLeaceAProbeOfOtherRowsIsAtChanceOnHeldOutRows() {
        ProbeData fitted = ProbeSamples.gaussian(40_000, 4, 2, 1);
        ProbeData training = ProbeSamples.gaussian(40_000, 4, 2, 2);
        ProbeData heldOut = ProbeSamples.gaussian(40_000, 4, 2, 3);
        AffineEraser leace = Leace.fit(fitted);
        LogisticRegression regression = LogisticRegression.withC(1);
        assertEquals(0.841, regression.fit(training).probe().evaluate(heldOut).accuracy(), 0.01);
        ProbeScores after = regression.fit(leace.erase(training)).probe().evaluate(leace.erase(heldOut));
        assertEquals(0.5, after.accuracy(), 0.01);
        assertEquals(0.5, after.auroc(), 0.01);
        AffineEraser random = AffineEraser.ofDirection(new double[] {1, 0, 0, 0});
        ProbeScores kept = regression.fit(random.erase(training)).probe().evaluate(random.erase(heldOut));
        assertTrue(kept.accuracy() > 0.6, "accuracy " + kept.accuracy());
    }

    @Test
    void leaceKeepsWhatOnlyANonLinearProbeReads() {
        ProbeData training = ProbeSamples.exclusiveOr(1_200, 4, 1);
        ProbeData heldOut = ProbeSamples.exclusiveOr(1_200, 4, 2);
        AffineEraser leace = Leace.fit(training);
        MlpProbe probe =
                MlpProbe.fit(leace.erase(training), MlpOptions.seeded(0).withHidden(32));
        // One of the two columns of the product is no longer read in full.
        assertTrue(probe.evaluate(leace.erase(heldOut)).accuracy() > 0.7);
    }

    @Test
    void leaceOfConstantAndDuplicatedColumnsStaysFinite() {
        ProbeData plain = ProbeSamples.gaussian(60, 2, 2, 1);
        double[][] rows = new double[60][];
        for (int i = 0; i < 60; i++) {
            rows[i] = new double[] {3, plain.value(i, 0), plain.value(i, 0), plain.value(i, 1)};
        }
        ProbeData data = ProbeData.of(rows, plain.labels());
        ProbeData erased = Leace.fit(data, Leace.labels(data), PLAIN).erase(data);
        assertEquals(0, covariance(erased), 1e-9);
        assertEquals(3, erased.value(0, 0), 1e-9);
        ProbeData constant = ProbeData.of(new double[][] {{1, 1}, {1, 1}}, new boolean[] {true, false});
        assertArrayEquals(constant.values(), Leace.fit(constant).erase(constant).values(), 1e-12);
    }

    @Test
    void oracleLeavesNoCorrelationWithAnyColumnOfTheConcept() {
        SplittableRandom random = new SplittableRandom(1);
        ProbeData data = ProbeSamples.gaussian(100, 3, 2, 1);
        double[][] concept = new double[100][];
        for (int i = 0; i < 100; i++) {
            double value = random.nextGaussian() + data.value(i, 0);
            concept[i] = new double[] {value, 2 * value, data.label(i) ? 1 : 0};
        }
        ProbeData erased = Leace.oracle(data, concept);
        assertArrayEquals(mean(data), mean(erased), 1e-9);
        double[] mean = mean(erased);
        for (int c = 0; c < 3; c++) {
            for (int j = 0; j < 3; j++) {
                double sum = 0;
                for (int i = 0; i < 100; i++) {
                    sum += concept[i][c] * (erased.value(i, j) - mean[j]);
                }
                assertEquals(0, sum, 1e-8);
            }
        }
    }

    @Test
    void meanProjectionRemovesTheDirectionWithoutCentring() {
        ProbeData data = ProbeData.of(new double[][] {{0, 1}, {2, 1}, {3, 5}}, new boolean[] {false, false, true});
        AffineEraser eraser = AffineEraser.meanProjection(data); // direction (2, 4)
        assertArrayEquals(new double[] {0.8, -0.4}, eraser.projection()[0].clone(), 1e-12);
        ProbeData erased = eraser.erase(data);
        assertEquals(0, erased.value(2, 0) * 2 + erased.value(2, 1) * 4, 1e-12);
        LogisticRegressionTest.assertMessage(
                "the direction to erase has the largest entry 0.0, expected a finite direction that is not 0",
                () -> AffineEraser.ofDirection(new double[2]));
    }

    @Test
    void editInFloat32EqualsTheEraser() {
        ProbeData data = ProbeSamples.gaussian(50, 4, 2, 1);
        AffineEraser eraser = Leace.fit(data);
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            float[] values = new float[200];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) data.values()[i];
            }
            NDArray edited = eraser.inFloat32(manager).apply(manager.create(values, new Shape(50, 4)));
            double[] expected = eraser.erase(data).values();
            for (int i = 0; i < values.length; i++) {
                assertEquals(expected[i], edited.toFloatArray()[i], 1e-4);
            }
        }
    }

    @Test
    void unusableConceptsAreRefusedInOneSentence() {
        ProbeData data = ProbeSamples.gaussian(4, 2, 1, 1);
        LogisticRegressionTest.assertMessage(
                "the concept has 1 rows, expected 4, the rows of the data",
                () -> Leace.fit(data, new double[1][1], LeaceOptions.DEFAULT));
        double[][] nan = {{0}, {1}, {Double.NaN}, {1}};
        LogisticRegressionTest.assertMessage(
                "row 2 of the concept has the value NaN, expected a finite number",
                () -> Leace.fit(data, nan, LeaceOptions.DEFAULT));
        LogisticRegressionTest.assertMessage(
                "all 2 rows of the data of a probe have the label true, expected rows of both classes",
                () -> Leace.fit(ProbeData.of(new double[][] {{1}, {2}}, new boolean[] {true, true})));
    }
}
