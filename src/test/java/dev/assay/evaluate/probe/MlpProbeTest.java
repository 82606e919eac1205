package dev.assay.evaluate.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MlpProbeTest {
    @Test
    void findsAnExclusiveOrThatNoLinearProbeFinds() {
        ProbeData training = ProbeSamples.exclusiveOr(1_200, 4, 1);
        ProbeData heldOut = ProbeSamples.exclusiveOr(1_200, 4, 2);
        ProbeScores linear = LogisticRegression.withC(1).fit(training).probe().evaluate(heldOut);
        ProbeScores mlp =
                MlpProbe.fit(training, MlpOptions.seeded(0).withHidden(32)).evaluate(heldOut);
        assertTrue(linear.accuracy() < 0.55, "accuracy " + linear.accuracy());
        assertTrue(mlp.accuracy() > 0.9, "accuracy " + mlp.accuracy());
    }

    @Test
    void sameSeedGivesTheSameBits() {
        ProbeData data = ProbeSamples.exclusiveOr(200, 3, 1);
        MlpOptions options = MlpOptions.seeded(5).withEpochs(5);
        assertArrayEquals(
                MlpProbe.fit(data, options).scores(data),
                MlpProbe.fit(data, options).scores(data));
        double other = MlpProbe.fit(data, MlpOptions.seeded(6).withEpochs(5)).scores(data)[0];
        assertTrue(other != MlpProbe.fit(data, options).scores(data)[0]);
    }

    @Test
    void shuffledLabelsLeaveHeldOutScoresAtChance() {
        ProbeData training = ProbeSamples.exclusiveOr(1_000, 4, 1).withShuffledLabels(1);
        ProbeData heldOut = ProbeSamples.exclusiveOr(2_000, 4, 2);
        ProbeScores scores =
                MlpProbe.fit(training, MlpOptions.seeded(0).withHidden(16)).evaluate(heldOut);
        assertEquals(0.5, scores.auroc(), 0.05);
    }

    @Test
    void gradientEqualsFiniteDifferences() {
        SplittableRandom random = new SplittableRandom(3);
        MlpParameters parameters = MlpParameters.random(3, 4, random);
        double[] x = {0.4, -1.2, 0.7};
        double[] hidden = new double[4];
        double[] gradient = new double[parameters.values().length];
        parameters.score(x, 0, hidden);
        parameters.addGradient(x, 0, 1, hidden, new double[4], gradient);
        for (int i = 0; i < gradient.length; i++) {
            MlpParameters up = parameters.copy();
            MlpParameters down = parameters.copy();
            up.values()[i] += 1e-6;
            down.values()[i] -= 1e-6;
            double slope = (up.score(x, 0, hidden) - down.score(x, 0, hidden)) / 2e-6;
            assertEquals(slope, gradient[i], 1e-8);
        }
    }

    @Test
    void tooFewRowsAreRefusedInOneSentence() {
        ProbeData data = ProbeData.of(new double[][] {{1}, {2}, {3}}, new boolean[] {true, false, false});
        LogisticRegressionTest.assertMessage(
                "the smaller class has 1 rows, expected at least 4 for an MLP probe",
                () -> MlpProbe.fit(data, MlpOptions.seeded(0)));
    }
}
