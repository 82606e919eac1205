package dev.assay.evaluate.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LogisticRegressionTest {
    /** Returns the largest violation of the optimality conditions of the convention of scikit-learn, relative to the penalty. */
    private static double violation(ProbeData data, LinearProbe probe, double c, ClassWeights factors) {
        double[] gradient = probe.weights().clone();
        double intercept = 0;
        double[] scores = probe.scores(data);
        for (int i = 0; i < scores.length; i++) {
            double sign = data.label(i) ? 1 : -1;
            double residual = c
                    * (data.label(i) ? factors.positive() : factors.negative())
                    * sign
                    / (1 + Math.exp(sign * scores[i]));
            intercept += residual;
            for (int j = 0; j < gradient.length; j++) {
                gradient[j] -= residual * data.value(i, j);
            }
        }
        double largest = Math.abs(intercept);
        for (double entry : gradient) {
            largest = Math.max(largest, Math.abs(entry));
        }
        return largest / (c * data.rows());
    }

    @Test
    void solutionSatisfiesTheOptimalityConditionsOfTheStatedObjective() {
        ProbeData data = ProbeSamples.gaussian(300, 5, 2, 1);
        for (double c : new double[] {1e-3, 1, 100}) {
            LogisticFit fit = LogisticRegression.withC(c).fit(data);
            assertTrue(fit.converged());
            assertEquals(0, violation(data, fit.probe(), c, ClassWeights.EQUAL), 1e-6);
        }
        ClassWeights factors = new ClassWeights(0.5, 3);
        LogisticFit weighted = LogisticRegression.withC(2).classWeights(factors).fit(data);
        assertEquals(0, violation(data, weighted.probe(), 2, factors), 1e-6);
    }

    @Test
    void lbfgsFindsTheMinimumOfNewtonsMethod() {
        ProbeData data = ProbeSamples.gaussian(400, 8, 1.5, 2);
        LogisticRegression regression = LogisticRegression.withC(0.5).balanced();
        LogisticFit newton = regression.fit(data);
        LogisticFit lbfgs = regression.newtonWidth(0).fit(data);
        assertTrue(lbfgs.converged(), "gradient norm " + lbfgs.gradientNorm());
        assertEquals(newton.loss(), lbfgs.loss(), 1e-13);
        assertArrayEquals(newton.probe().weights(), lbfgs.probe().weights(), 1e-5);
        assertTrue(newton.iterations() < lbfgs.iterations());
    }

    @Test
    void classifiesHeldOutRowsAtTheBayesRate() {
        ProbeData training = ProbeSamples.gaussian(4_000, 6, 2, 3);
        ProbeData heldOut = ProbeSamples.gaussian(4_000, 6, 2, 4);
        ProbeScores scores = LogisticRegression.withC(1).fit(training).probe().evaluate(heldOut);
        assertEquals(0.8413, scores.accuracy(), 0.015); // Φ(1)
        assertEquals(0.9214, scores.auroc(), 0.015); // Φ(√2)
    }

    @Test
    void shuffledLabelsLeaveHeldOutScoresAtChance() {
        ProbeData training = ProbeSamples.gaussian(4_000, 6, 2, 3).withShuffledLabels(1);
        ProbeData heldOut = ProbeSamples.gaussian(4_000, 6, 2, 4).withShuffledLabels(2);
        ProbeScores scores = LogisticRegression.withC(1).fit(training).probe().evaluate(heldOut);
        assertEquals(0.5, scores.accuracy(), 0.025);
        assertEquals(0.5, scores.auroc(), 0.03);
    }

    @Test
    void separableRowsHaveAFiniteSolution() {
        ProbeData data = ProbeData.of(new double[][] {{-2}, {-1}, {1}, {3}}, new boolean[] {false, false, true, true});
        for (double c : new double[] {1, 1e6, 1e12}) {
            LogisticFit fit = LogisticRegression.withC(c).fit(data);
            assertTrue(fit.converged(), "C " + c + ", gradient norm " + fit.gradientNorm());
            assertEquals(1, fit.probe().evaluate(data).accuracy());
            assertTrue(Double.isFinite(fit.probe().weights()[0]));
        }
    }

    @Test
    void constantColumnsAndColumnsOfExtremeUnitsAreSolved() {
        ProbeData plain = ProbeSamples.gaussian(200, 2, 2, 5);
        double[][] rows = new double[plain.rows()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new double[] {7, plain.value(i, 0) * 1e9 + 1e12, 0, plain.value(i, 1) * 1e-9};
        }
        LogisticFit fit = LogisticRegression.withC(1).standardized().fit(ProbeData.of(rows, plain.labels()));
        LogisticFit expected = LogisticRegression.withC(1).standardized().fit(plain);
        assertTrue(fit.converged());
        assertEquals(0, fit.probe().weights()[0]);
        assertEquals(0, fit.probe().weights()[2]);
        assertEquals(expected.probe().weights()[0], fit.probe().weights()[1] * 1e9, 1e-6);
        assertEquals(expected.probe().weights()[1], fit.probe().weights()[3] * 1e-9, 1e-6);
    }

    @Test
    void allColumnsConstantPredictTheFrequentClass() {
        ProbeData data = ProbeData.of(new double[][] {{1}, {1}, {1}, {1}}, new boolean[] {true, true, true, false});
        LinearProbe probe = LogisticRegression.withC(1).fit(data).probe();
        assertEquals(Math.log(3), probe.scores(data)[0], 1e-6);
    }

    @Test
    void duplicatedColumnsShareTheWeight() {
        ProbeData one = ProbeSamples.gaussian(200, 1, 2, 6);
        LogisticFit fit = LogisticRegression.withC(1).fit(one.columns(0, 0));
        assertTrue(fit.converged());
        assertEquals(fit.probe().weights()[0], fit.probe().weights()[1], 1e-9);
    }

    @Test
    void crossValidationPrefersAStrongPenaltyForManyUselessColumns() {
        ProbeData wide = ProbeSamples.gaussian(80, 40, 1, 7);
        CrossValidatedFit selected = LogisticRegression.withC(1).standardized().crossValidated(wide, 1);
        assertTrue(selected.fit().c() < 1, "C " + selected.fit().c());
        int best = 0;
        for (int i = 0; i < selected.grid().length; i++) {
            best = selected.heldOutLoss()[i] < selected.heldOutLoss()[best] ? i : best;
        }
        assertEquals(selected.grid()[best], selected.fit().c());
        CrossValidatedFit again = LogisticRegression.withC(1).standardized().crossValidated(wide, 1);
        assertArrayEquals(selected.heldOutLoss(), again.heldOutLoss());
    }

    @Test
    void unusableDataAreRefusedInOneSentence() {
        assertMessage(
                "all 2 rows of the data of a probe have the label true, expected rows of both classes",
                () -> LogisticRegression.withC(1).fit(ProbeData.of(new double[][] {{1}, {2}}, new boolean[] {true, true
                })));
        assertMessage(
                "row 1, column 0 of the data of a probe is NaN, expected a finite number",
                () -> ProbeData.of(new double[][] {{1}, {Double.NaN}}, new boolean[] {true, false}));
        assertMessage("C of a logistic regression is 0.0, expected more than 0", () -> LogisticRegression.withC(0));
        assertMessage(
                "the smaller class has 1 rows, expected at least 5, the number of folds",
                () -> LogisticRegression.withC(1)
                        .crossValidated(
                                ProbeData.of(new double[][] {{1}, {2}, {3}}, new boolean[] {true, false, false}), 0));
        assertMessage(
                "the data have 1 columns, expected 2, the width of the probe",
                () -> new LinearProbe(new double[2], 0).scores(ProbeSamples.gaussian(4, 1, 1, 0)));
        assertMessage(
                "the data of a probe have no rows, expected at least one",
                () -> ProbeData.of(new double[0][], new boolean[0]));
    }

    static void assertMessage(String message, org.junit.jupiter.api.function.Executable call) {
        assertEquals(message, assertThrows(InvalidInputException.class, call).getMessage());
    }

    @Test
    void differenceOfMeansHasItsThresholdBetweenTheMeans() {
        ProbeData data =
                ProbeData.of(new double[][] {{0, 1}, {2, 1}, {4, 5}, {6, 5}}, new boolean[] {false, false, true, true});
        LinearProbe probe = LinearProbe.differenceOfMeans(data);
        assertArrayEquals(new double[] {4, 4}, probe.weights());
        assertArrayEquals(new double[] {-20, -12, 12, 20}, probe.scores(data), 1e-12);
        assertEquals(1, probe.evaluate(data).accuracy());
        assertTrue(Arrays.equals(data.labels(), new boolean[] {false, false, true, true}));
    }
}
