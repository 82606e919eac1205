package dev.assay.explain.judge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.Simulated;
import dev.assay.explain.Simulator;
import dev.assay.explain.Stratum;
import dev.assay.explain.TextWindow;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.Completion;
import dev.assay.explain.llm.ScoredToken;
import dev.assay.explain.llm.ScriptedModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonSimulatorTest {
    private static final Explanation EXPLANATION = Explanation.of(0, "fruit", ExplainerDescription.offline("test"));
    private static final TextWindow WINDOW =
            new TextWindow(0, 0, new int[] {1, 2, 3}, List.of("a\t", "\"fig\"", "\n"), new float[3], Stratum.TOP, 1);

    private static Simulated one(Simulator simulator) {
        return simulator.simulate(EXPLANATION, List.of(WINDOW)).get(0);
    }

    private static float[] values(Simulated simulated) {
        return assertInstanceOf(Simulated.Values.class, simulated, simulated.toString())
                .activations();
    }

    @Test
    void readsTheWrittenLevels() {
        ScriptedModel model =
                ScriptedModel.answering(request -> ScriptedModel.text("Sure: {\"activations\": [0, 10, 3]}"));
        assertArrayEquals(new float[] {0, 10, 3}, values(one(JsonSimulator.hard(model, 1))));
        String prompt = model.asked().get(0).messages().get(1).content();
        assertTrue(prompt.endsWith("Number of tokens: 3\nTokens: [\"a\\t\",\"\\\"fig\\\"\",\"\\n\"]"), prompt);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"activations\": [0, 10]} | WRONG_LENGTH",
                "{\"activations\": [0, 10, 3, 0]} | WRONG_LENGTH",
                "{\"activations\": []} | WRONG_LENGTH",
                "{\"activations\": [0, 11, 3]} | OUT_OF_RANGE",
                "{\"activations\": [0, -1, 3]} | OUT_OF_RANGE",
                "{\"activations\": [0, 99999999999999999999, 3]} | OUT_OF_RANGE",
                "{\"activations\": [0, 1.5, 3]} | UNPARSABLE",
                "{\"activations\": [0, \"1\", 3]} | UNPARSABLE",
                "{\"values\": [0, 1, 3]} | UNPARSABLE",
                "[0, 1, 3] | UNPARSABLE",
                "0 1 3 | UNPARSABLE"
            })
    void aFailureIsNeverAWindowOfZeros(String answer, FailureKind kind) {
        ScriptedModel model = ScriptedModel.answering(request -> ScriptedModel.text(answer));
        Simulated.Failed failed = assertInstanceOf(Simulated.Failed.class, one(JsonSimulator.hard(model, 1)));
        assertEquals(kind, failed.kind(), failed.reason());
        ScriptedModel late = ScriptedModel.answering(request -> Answer.failed(FailureKind.TIMEOUT, "late"));
        assertEquals(new Simulated.Failed(FailureKind.TIMEOUT, "late"), one(JsonSimulator.hard(late, 1)));
    }

    /** Returns an answer whose tokens are given as text and probabilities of candidates. */
    private static Answer<Completion> answer(Object... tokens) {
        List<ScoredToken> scored = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < tokens.length; i += 2) {
            Map<String, Double> top = new LinkedHashMap<>();
            ((Map<?, ?>) tokens[i + 1])
                    .forEach((candidate, probability) -> top.put((String) candidate, Math.log((Double) probability)));
            scored.add(new ScoredToken((String) tokens[i], -0.1, top));
            text.append(tokens[i]);
        }
        return ScriptedModel.text(text.toString(), scored);
    }

    @Test
    void readsTheExpectedLevelsFromTheLogProbabilities() {
        Map<String, Double> none = Map.of();
        ScriptedModel model = ScriptedModel.answering(request -> answer(
                "{\"activations\": [",
                none,
                "0",
                Map.of("0", 0.5, "2", 0.25, "x", 0.25), // 0.5 / 0.75
                ", 10",
                Map.of(", 10", 0.6, ",10", 0.2, ", 5", 0.2), // 8 + 1
                ",",
                none,
                " 3",
                Map.of(" 3", 0.3, "3", 0.1, " 30", 0.6), // 3; spellings add, 30 is no level
                "]}",
                none));
        assertArrayEquals(
                new float[] {(float) (0.5 / 0.75), 9, 3}, values(one(JsonSimulator.expected(model, 1))), 1e-5f);
    }

    @Test
    void addsTheProbabilityOfTenWhereATokenizerWritesItWithTwoTokens() {
        Map<String, Double> none = Map.of();
        ScriptedModel model = ScriptedModel.answering(request -> answer(
                "{\"activations\":[",
                none,
                "1",
                Map.of("1", 0.8, "2", 0.2),
                "0",
                Map.of("0", 0.75, ",", 0.25), // P(10) = 0.8 · 0.75 = 0.6, P(1) = 0.2
                ",",
                none,
                "1",
                Map.of("1", 1.0),
                ",",
                Map.of(",", 0.9, "0", 0.1), // P(10) = 0.1, P(1) = 0.9
                "0",
                Map.of("0", 1.0),
                "]}",
                none));
        assertArrayEquals(new float[] {6 + 0.2f + 0.4f, 1.9f, 0}, values(one(JsonSimulator.expected(model, 1))), 1e-5f);
    }

    @Test
    void failsWithoutLogProbabilities() {
        ScriptedModel model = ScriptedModel.answering(request -> ScriptedModel.text("{\"activations\": [0, 1, 3]}"));
        assertEquals(
                FailureKind.UNPARSABLE,
                assertInstanceOf(Simulated.Failed.class, one(JsonSimulator.expected(model, 1)))
                        .kind());
    }
}
