package dev.assay.evaluate.concept;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.evaluate.benchmark.Float64Dictionary;
import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.evaluate.probe.RidgeRegression;
import dev.assay.text.story.Concept;
import dev.assay.text.story.StoryCorpus;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Codes with planted latents of colours: a parent that is silent on one of its words. */
class ConceptBenchmarkTest {
    private static final int COLOUR = index("colour");
    private static final int RED = index("word-red");
    private static final int BLUE = index("word-blue");
    private static final int TOKENS = 600;
    private static final long[] LABELS = labels();
    private static final ConceptBenchmark BENCHMARK = new ConceptBenchmark(5, Map.of(), new double[0][]);
    private static final double[][] DIRECTIONS = {{1, 0}, {0, 1}, {1, 1}, {1, -1}};
    private static final Float64Dictionary DICTIONARY =
            Float64Dictionary.relu(new double[2][4], new double[4], DIRECTIONS, new double[2]);

    private static int index(String name) {
        return StoryCorpus.concepts().stream().map(Concept::name).toList().indexOf(name);
    }

    /** A sixth of the tokens is red, a sixth blue, a sixth another colour. */
    private static long[] labels() {
        long[] labels = new long[TOKENS];
        for (int token = 0; token < TOKENS; token++) {
            labels[token] = switch (token % 6) {
                case 0 -> 1L << COLOUR | 1L << RED;
                case 1 -> 1L << COLOUR | 1L << BLUE;
                case 2 -> 1L << COLOUR;
                default -> 0;
            };
        }
        return labels;
    }

    /** Latent 0: colours other than red. Latent 1: red. Latent 2: noise. Latent 3: never active. */
    private static LabelledCodes absorbed() {
        SplittableRandom random = new SplittableRandom(3);
        double[][] codes = new double[TOKENS][4];
        for (int token = 0; token < TOKENS; token++) {
            codes[token][0] = token % 6 == 1 || token % 6 == 2 ? 1 + random.nextDouble() : 0;
            codes[token][1] = token % 6 == 0 ? 2 + random.nextDouble() : 0;
            codes[token][2] = random.nextDouble();
        }
        return LabelledCodes.of(codes, LABELS);
    }

    @Test
    void latentOfEachConceptFindsAllConceptsWithoutAbsorption() {
        LabelledCodes codes =
                LabelledCodes.ofLabels(LABELS, StoryCorpus.concepts().size());
        double[][] directions = new double[codes.latents()][2];
        ConceptQuality quality = BENCHMARK.measure(
                codes,
                codes,
                Float64Dictionary.relu(
                        new double[2][codes.latents()], new double[codes.latents()], directions, new double[2]));
        assertEquals(3, quality.found(1, 1));
        assertEquals(5.0 / 6, quality.l0(), 1e-12);
        assertEquals(1, quality.meanLatents());
        assertEquals(2, quality.inclusions().size());
        assertEquals(1, quality.mean(ConceptQuality.OfInclusion::recallOnChild));
        assertEquals(0, quality.mean(ConceptQuality.OfInclusion::absorbed));
    }

    @Test
    void secondLatentOfASplitConceptIsFoundAndCounted() {
        ConceptQuality.OfConcept colour =
                BENCHMARK.measure(absorbed(), absorbed(), DICTIONARY).concepts().get(COLOUR);
        assertEquals(0.8, colour.f1(1), 1e-12); // recall 2/3, precision 1
        assertEquals(1, colour.f1(2), 1e-12);
        assertEquals(2, colour.latents());
    }

    @Test
    void childOfASilentParentIsAbsorbed() {
        // With one latent per probe, the parent is latent 0, which is silent on red.
        ConceptQuality quality =
                new ConceptBenchmark(1, Map.of(), new double[0][]).measure(absorbed(), absorbed(), DICTIONARY);
        ConceptQuality.OfInclusion red = quality.inclusions().get(0);
        assertEquals("word-red", red.child());
        assertEquals(0, red.recallOnChild());
        assertEquals(1, red.recallOnOthers());
        assertEquals(1, red.absorbed());
        assertEquals(0, quality.inclusions().get(1).absorbed());
    }

    @Test
    void absorptionOfSaeBenchAgreesWithThePlantedOne() {
        // The child's direction has the parent's as a component, so that the probe of the parent still detects red
        // tokens.
        double[][] x = new double[TOKENS][];
        LabelledCodes codes = absorbed();
        for (int token = 0; token < TOKENS; token++) {
            double[] code = codes.code(token);
            x[token] = new double[] {code[0] + 0.9 * code[1], 0.4 * code[1]};
        }
        Float64Dictionary dictionary = Float64Dictionary.relu(
                new double[2][4], new double[4], new double[][] {{1, 0}, {0.9, 0.4}, {0, 0.1}, {0, 1}}, new double[2]);
        LinearProbe parent = new LinearProbe(new double[] {1, 0}, -0.5);
        ConceptQuality quality = new ConceptBenchmark(1, Map.of(COLOUR, parent), x).measure(codes, codes, dictionary);
        assertEquals(1, quality.inclusions().get(0).fullRate());
        assertEquals(1, quality.inclusions().get(0).fraction());
        assertEquals(0, quality.inclusions().get(1).fullRate());
    }

    @Test
    void conceptThatDoesNotOccurHasNoProbe() {
        ConceptQuality quality = BENCHMARK.measure(absorbed(), absorbed(), DICTIONARY);
        ConceptQuality.OfConcept absent = quality.concepts().get(index("word-dog"));
        assertEquals(0, absent.f1(5));
        assertEquals(0, absent.share());
        assertEquals(2, quality.found(2, 0.8)); // blue has no latent of its own
    }

    @Test
    void thresholdOfHighestF1IsTheLowestScoreOfThePositives() {
        double[] scores = {0.9, 0.7, 0.7, 0.2, 0.1};
        boolean[] labels = {true, true, true, false, false};
        F1Threshold threshold = F1Threshold.select(scores, labels);
        assertEquals(new F1Threshold(0.7, 1), threshold);
        assertEquals(
                2.0 / 3, threshold.evaluate(new double[] {0.8, 0.7, 0}, new boolean[] {true, false, false}), 1e-12);
        assertEquals(0, F1Threshold.select(scores, new boolean[5]).f1());
    }

    @Test
    void codesKeepActiveEntriesOnly() {
        LabelledCodes codes = LabelledCodes.of(new double[][] {{0, 2, 0}, {3, 0, 4}}, new long[] {1, 2});
        assertEquals(1.5, codes.l0());
        assertArrayEquals(new double[] {0, 0, 4, 3}, codes.columns(2, 0));
        assertArrayEquals(new double[] {3, 0, 4}, codes.code(1));
        assertTrue(Arrays.equals(new boolean[] {false, true}, codes.has(1)));
    }

    @Test
    void ridgeRegressionRecoversAPlantedDirection() {
        SplittableRandom random = new SplittableRandom(1);
        double[][] x = new double[500][4];
        boolean[] labels = new boolean[500];
        for (int row = 0; row < x.length; row++) {
            Arrays.setAll(x[row], i -> 5 + random.nextDouble());
            labels[row] = x[row][1] - x[row][3] > 0;
        }
        RidgeRegression regression = RidgeRegression.of(x, 1e-6);
        LinearProbe probe = regression.fit(labels);
        assertEquals(-1, probe.weights()[3] / probe.weights()[1], 0.1);
        double[] scores = regression.scores(probe);
        int correct = 0;
        for (int row = 0; row < x.length; row++) {
            correct += scores[row] > 0 == labels[row] ? 1 : 0;
        }
        assertTrue(correct > 485, () -> "a planted direction is not separated");
        assertEquals(List.of(4), List.of(probe.weights().length));
    }
}
