package dev.assay.evaluate.concept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.benchmark.Float64Dictionary;
import dev.assay.evaluate.benchmark.TargetedProbePerturbation.Drop;
import dev.assay.text.story.Concept;
import dev.assay.text.story.StoryCorpus;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

/** Activations with one dimension per concept, and dictionaries of these dimensions. */
class ConceptAblationTest {
    private static final int TOKENS = 400;
    private static final int CONCEPTS = StoryCorpus.concepts().size();
    private static final List<String> WORDS = List.of(
            "person-name",
            "pronoun",
            "animal",
            "object-noun",
            "place",
            "colour",
            "quality",
            "giving-verb",
            "speech-verb",
            "motion-verb");

    private static long bit(String concept) {
        return 1L << StoryCorpus.concepts().stream().map(Concept::name).toList().indexOf(concept);
    }

    /** Activations whose dimension c is 1 where a token has concept c, 2 where the concept is a gender, and noise elsewhere. */
    private static LabelledRows rows(long seed, IntToLongFunction labels) {
        SplittableRandom random = new SplittableRandom(seed);
        long genders = bit("female-name") | bit("male-name");
        double[][] x = new double[TOKENS][CONCEPTS];
        long[] bits = new long[TOKENS];
        for (int token = 0; token < TOKENS; token++) {
            bits[token] = labels.applyAsLong(token);
            for (int concept = 0; concept < CONCEPTS; concept++) {
                boolean has = (bits[token] >>> concept & 1) == 1;
                x[token][concept] = 0.001 * random.nextDouble() + (has ? (genders >>> concept & 1) + 1 : 0);
            }
        }
        return new LabelledRows(x, bits);
    }

    /** Returns a dictionary with latent c for dimension c, which is removed along another dimension for a shift other than 0. */
    private static Float64Dictionary dictionary(int shift) {
        double[][] encoder = new double[CONCEPTS][CONCEPTS];
        double[][] decoder = new double[CONCEPTS][CONCEPTS];
        for (int i = 0; i < CONCEPTS; i++) {
            encoder[i][i] = 1;
            decoder[i][(i + shift) % CONCEPTS] = 1;
        }
        return Float64Dictionary.relu(encoder, new double[CONCEPTS], decoder, new double[CONCEPTS]);
    }

    private static ConceptAblationScores measure(IntToLongFunction labels, int shift) {
        LabelledRows training = rows(1, labels);
        LabelledRows held = rows(2, labels);
        return new ConceptAblation(training, held, List.of(1, 2))
                .measure(
                        LabelledCodes.of(training.x(), training.labels()),
                        LabelledCodes.of(held.x(), held.labels()),
                        dictionary(shift));
    }

    private static long word(int token) {
        return bit(WORDS.get(token % WORDS.size()));
    }

    private static long name(int token) {
        return bit("person-name")
                | bit(token % 2 == 0 ? "female-name" : "male-name")
                | (token / 2 % 2 == 0 ? bit("subject") : 0);
    }

    @Test
    void latentOfAClassIsNeededByItsOwnProbeOnly() {
        ConceptAblationScores scores = measure(ConceptAblationTest::word, 0);
        assertEquals(1, scores.perturbations().size(), "no token has a role");
        ConceptAblationScores.OfGroup words = scores.perturbations().get(0);
        assertEquals(WORDS, words.classes());
        assertEquals(1, words.accuracy());
        for (Drop drop : words.drops()) {
            assertEquals(0.5, drop.intended(), 1e-12);
            assertEquals(0, drop.unintended(), 1e-12);
        }
        assertEquals(
                0.5,
                scores.ofGroup(
                        ConceptAblation.WORD_CLASSES, of -> of.drops().get(0).total()),
                1e-12);
        assertTrue(Double.isNaN(scores.ofGroup(ConceptAblation.ROLES, ConceptAblationScores.OfGroup::accuracy)));
    }

    @Test
    void latentsOfOtherDirectionsChangeNoProbe() {
        ConceptAblationScores scores = measure(ConceptAblationTest::word, 30);
        for (Drop drop : scores.perturbations().get(0).drops()) {
            assertEquals(0, drop.intended(), 1e-12);
            assertEquals(0, drop.unintended(), 1e-12);
        }
    }

    @Test
    void tokensOfTwoClassesAndRareClassesAreLeftOut() {
        IntToLongFunction labels =
                token -> token < 7 ? bit("place") : token < 207 ? bit("colour") : word(1 + token % 2);
        LabelledRows part = rows(3, labels);
        ConceptAblationScores scores = new ConceptAblation(part, part, List.of(1))
                .measure(
                        LabelledCodes.of(part.x(), part.labels()),
                        LabelledCodes.of(part.x(), part.labels()),
                        dictionary(0));
        assertEquals(
                List.of("pronoun", "animal", "colour"),
                scores.perturbations().get(0).classes());
        IntToLongFunction both = token -> bit("place") | bit("colour");
        LabelledRows overlapping = rows(4, both);
        LabelledCodes codes = LabelledCodes.of(overlapping.x(), overlapping.labels());
        assertEquals(
                List.of(),
                new ConceptAblation(overlapping, overlapping, List.of(1))
                        .measure(codes, codes, dictionary(0))
                        .perturbations());
    }

    @Test
    void ablationOfBothGendersRegainsTheRole() {
        ConceptAblationScores scores = measure(ConceptAblationTest::name, 0);
        assertEquals(1, scores.removals().size(), "the other pairs do not occur");
        ConceptAblationScores.OfPair names = scores.removals().get(0);
        assertEquals(ConceptAblation.pairNames().get(0), names.pair());
        assertEquals(
                0.5,
                names.gap(),
                1e-12,
                "the gender is twice as strong, so the correlated probe reads only the gender");
        assertEquals(List.of(0.5, 1.0), names.scores(), "one gender, then both");
        assertEquals(1, scores.meanRemoval(1));
        assertTrue(Double.isNaN(scores.ofPair(ConceptAblation.pairNames().get(1), ConceptAblationScores.OfPair::gap)));
        double[] shifted = measure(ConceptAblationTest::name, 30).removals().get(0).scores().stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
        assertTrue(Arrays.stream(shifted).allMatch(score -> score == 0), Arrays.toString(shifted));
    }

    @Test
    void unusableNumberOfLatentsIsRefused() {
        LabelledRows part = rows(5, ConceptAblationTest::word);
        assertEquals(
                "the number of latents to ablate is 0, expected at least 1",
                assertThrows(InvalidInputException.class, () -> new ConceptAblation(part, part, List.of(0)))
                        .getMessage());
    }
}
