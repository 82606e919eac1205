package dev.assay.audit.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.feature.TinyDictionary;
import dev.assay.intervene.Intervention;
import dev.assay.intervene.InterventionResult;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class FeatureSteeringTest {
    private static final int LATENT = 5;
    private static final List<int[]> PROMPTS =
            List.of(new int[] {3, 17, 4}, new int[] {9, 2, 11, 30}, new int[] {8, 8, 1});
    private static TinyDictionary tiny;

    @BeforeAll
    static void open() throws IOException {
        tiny = new TinyDictionary();
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    private static FeatureSteering steering() {
        return FeatureSteering.of(AttachedDictionary.of(tiny.model, tiny.sae))
                .outcomes(12, 40)
                .controls(9, 1);
    }

    @Test
    void probabilitiesEqualThoseOfSingleInterventions() {
        SteeringCurve curve = steering().strengths(-0.5, 2).run(LATENT, PROMPTS);
        for (SteeringCurve.Point point : curve.points()) {
            double steered = 0;
            double baseline = 0;
            for (int[] prompt : PROMPTS) {
                try (InterventionResult result = Intervention.of(tiny.model, tiny.sae)
                        .steer(LATENT, point.strength())
                        .run(prompt)) {
                    for (int token : new int[] {12, 40}) {
                        steered += result.shift(prompt.length - 1, token).editedProbability() / PROMPTS.size();
                        baseline += result.shift(prompt.length - 1, token).baselineProbability() / PROMPTS.size();
                    }
                }
            }
            assertEquals(steered, point.probability(), 1e-6);
            assertEquals(baseline, curve.baseline(), 1e-6);
        }
        assertEquals(2, curve.outcomes().size());
        assertEquals(
                curve.points().get(1).controls()[3],
                curve.toJson().at("/strengths/1/random_directions/3").asDouble());
        assertTrue(curve.toString().contains("feature 5"));
    }

    @Test
    void strengthZeroChangesNothing() {
        SteeringCurve curve = steering().strengths(0, 3).run(LATENT, PROMPTS);
        SteeringCurve.Point none = curve.points().get(0);
        assertEquals(curve.baseline(), none.probability(), 1e-7);
        for (double control : none.controls()) {
            assertEquals(curve.baseline(), control, 1e-7);
        }
        assertNotEquals(curve.baseline(), curve.points().get(1).controls()[0], 1e-6);
    }

    @Test
    void equalSeedsDrawEqualDirections() {
        double[] first =
                steering().strengths(3).run(LATENT, PROMPTS).points().get(0).controls();
        assertArrayEquals(
                first,
                steering().strengths(3).run(LATENT, PROMPTS).points().get(0).controls());
        assertNotEquals(
                first[0],
                steering()
                        .controls(9, 2)
                        .strengths(3)
                        .run(LATENT, PROMPTS)
                        .points()
                        .get(0)
                        .controls()[0]);
    }

    @Test
    void pValueCountsLargerChangesOfRandomDirections() {
        SteeringCurve.Point point = new SteeringCurve.Point(1, 0.8, new double[] {0.5, 0.1, 0.95, 0.55});
        assertEquals(3 / 5.0, point.pValue(0.5), 1e-15); // changes of 0.4 and 0.45 are larger than 0.3
        assertEquals(0.525, point.controlMean(), 1e-15);
    }

    @Test
    void rejectsUnusableOptions() {
        FeatureSteering steering = FeatureSteering.of(AttachedDictionary.of(tiny.model, tiny.sae));
        assertThrows(InvalidInputException.class, () -> steering.run(LATENT, PROMPTS));
        assertThrows(InvalidInputException.class, () -> steering().run(LATENT, List.of()));
        assertThrows(InvalidInputException.class, () -> steering().run(TinyDictionary.LATENTS, PROMPTS));
        assertThrows(InvalidInputException.class, () -> steering.strengths());
        assertThrows(InvalidInputException.class, () -> steering.strengths(Double.NaN));
        assertThrows(InvalidInputException.class, () -> steering.controls(0, 0));
        assertThrows(InvalidInputException.class, () -> steering.outcomes("the cat sat on the hill"));
    }
}
