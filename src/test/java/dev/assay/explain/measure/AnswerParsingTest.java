package dev.assay.explain.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.explain.measure.UnusableAnswerException.Kind;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerParsingTest {
    private static final double EXACT = 1e-12;

    @Test
    void listIsFoundInText() throws UnusableAnswerException {
        assertArrayEquals(new boolean[] {true, false, true}, YesNoList.parse("I think [1, 0, 1]. [0]", 3));
        assertArrayEquals(new boolean[] {true, false}, YesNoList.parse("```json\n[\n  true,\n  false\n]\n```", 2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "none here|NO_ANSWER",
                "[1, 0, 1]|WRONG_LENGTH",
                "[]|WRONG_LENGTH",
                "[1, maybe]|MALFORMED",
                "[1, 2]|MALFORMED",
                "[1, \"0\"]|MALFORMED",
                "[1, null]|MALFORMED",
            })
    void unusableListIsAFailureOfItsKind(String text, Kind kind) {
        UnusableAnswerException failure = assertThrows(UnusableAnswerException.class, () -> YesNoList.parse(text, 2));
        assertEquals(kind, failure.kind(), failure.getMessage());
    }

    @Test
    void intruderAnswerHasOneIndex() throws UnusableAnswerException {
        assertEquals(new IntruderAnswer("fruit\n", 2), IntruderAnswer.parse("fruit\n[RESPONSE]: 2 ", 4));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nothing|NO_ANSWER",
                "[RESPONSE]: two|MALFORMED",
                "[RESPONSE]: 1 [RESPONSE]: 2|MALFORMED",
                "[RESPONSE]:|MALFORMED",
                "[RESPONSE]: 4|OUT_OF_RANGE",
                "[RESPONSE]: -1|OUT_OF_RANGE",
                "[RESPONSE]: 99999999999|OUT_OF_RANGE",
            })
    void unusableIntruderAnswerIsAFailureOfItsKind(String text, Kind kind) {
        UnusableAnswerException failure =
                assertThrows(UnusableAnswerException.class, () -> IntruderAnswer.parse(text, 4));
        assertEquals(kind, failure.kind(), failure.getMessage());
    }

    @Test
    void saeBenchAnswerIsAListOfItemsOrNone() throws UnusableAnswerException {
        assertEquals(Set.of(1, 3, 14), IndexList.parse("14, 1,3.", 14));
        assertEquals(Set.of(), IndexList.parse("None", 14));
        assertEquals(Set.of(1, 3, 14), IndexList.parse("1, 3 and 14", 14));
        assertEquals(Set.of(1, 3, 14), IndexList.parse("1, 3, and 14.", 14));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"''|NO_ANSWER", "1, x|MALFORMED", "1,,2|MALFORMED", "0|OUT_OF_RANGE", "15|OUT_OF_RANGE"})
    void unusableIndexListIsAFailureOfItsKind(String text, Kind kind) {
        UnusableAnswerException failure = assertThrows(UnusableAnswerException.class, () -> IndexList.parse(text, 14));
        assertEquals(kind, failure.kind(), failure.getMessage());
    }

    @Test
    void probabilityUsesTokensThatAreTheDigit() {
        Map<String, Double> tokens = new LinkedHashMap<>();
        tokens.put("1", Math.log(0.4));
        tokens.put(" 1", Math.log(0.1));
        tokens.put("0", Math.log(0.25));
        tokens.put("10", Math.log(0.2));
        assertEquals(
                0.5 / 0.75,
                YesNoProbability.of(tokens, YesNoProbability.Rule.EXACT).getAsDouble(),
                EXACT);
        assertEquals(
                0.5 / 0.95,
                YesNoProbability.of(tokens, YesNoProbability.Rule.CONTAINS).getAsDouble(),
                EXACT);
        assertEquals(OptionalDouble.empty(), YesNoProbability.of(Map.of("yes", -0.1), YesNoProbability.Rule.EXACT));
    }

    @Test
    void secondSpellingOfANumberIsIgnoredOrAddedButNeverReplacesTheFirst() {
        Map<String, Double> tokens = new LinkedHashMap<>();
        tokens.put("3", Math.log(0.5));
        tokens.put(" 3", Math.log(0.2));
        tokens.put("8", Math.log(0.3));
        ExpectedLevel exact = ExpectedLevel.of(tokens, ExpectedLevel.Spelling.EXACT);
        ExpectedLevel added = ExpectedLevel.of(tokens, ExpectedLevel.Spelling.ADDED);
        assertEquals((3 * 0.5 + 8 * 0.3) / 0.8, exact.value(), EXACT);
        assertEquals(3 * 0.7 + 8 * 0.3, added.value(), EXACT);
        assertEquals(0.8, exact.mass(), EXACT);
        double overwritten = (3 * 0.2 + 8 * 0.3) / 0.5;
        assertTrue(Math.abs(exact.value() - overwritten) > 1 && Math.abs(added.value() - overwritten) > 1);
    }

    @Test
    void positionWithoutANumberIsNotAnswered() {
        ExpectedLevel none = ExpectedLevel.of(
                Map.of("unknown", -0.1, "11", -2.0, "-1", -3.0, "03", -1.0), ExpectedLevel.Spelling.ADDED);
        assertFalse(none.answered());
        assertEquals(0, none.value());
        assertTrue(none.probabilities().isEmpty());
    }

    @Test
    void lossEqualsTheOracle() throws IOException {
        Oracles oracles = Oracles.read();
        double[] logits = oracles.numbers("logits");
        float[] narrow = new float[logits.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) logits[i];
        }
        double[] losses = oracles.numbers("losses");
        for (int i = 0; i < losses.length; i++) {
            assertEquals(losses[i], Surprisal.loss(narrow, i / 7 * 7, 7, i % 7), 1e-12);
        }
        float[] huge = {1000, -1000};
        assertEquals(0, Surprisal.loss(huge, 0, 2, 0));
        assertEquals(2000, Surprisal.loss(huge, 0, 2, 1));
    }

    @Test
    void gainLeavesOutTheFirstToken() {
        assertEquals(1.5, Surprisal.gain(new double[] {9, 2, 4}, new double[] {0, 1, 2}));
    }

    @Test
    void cosineEqualsTheOracle() throws IOException {
        Oracles oracles = Oracles.read();
        double[] first = oracles.numbers("embeddings/0");
        assertEquals(
                oracles.number("cosine"), EmbeddingSimilarity.cosine(first, oracles.numbers("embeddings/1")), EXACT);
        assertEquals(0, EmbeddingSimilarity.cosine(first, new double[first.length]));
    }
}
