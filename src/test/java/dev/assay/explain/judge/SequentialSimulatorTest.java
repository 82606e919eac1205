package dev.assay.explain.judge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.Simulated;
import dev.assay.explain.Stratum;
import dev.assay.explain.TextWindow;
import dev.assay.explain.llm.Ability;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.ChatRequest;
import dev.assay.explain.llm.Completion;
import dev.assay.explain.llm.CostEstimate;
import dev.assay.explain.llm.DryRunModel;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.llm.OpenAiModel;
import dev.assay.explain.llm.ScoredToken;
import dev.assay.explain.llm.ScriptedModel;
import dev.assay.explain.measure.ActivationText.LevelledTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SequentialSimulatorTest {
    private static final Explanation EXPLANATION = Explanation.of(0, "fruit", ExplainerDescription.offline("test"));
    private static final List<FewShot> FEW_SHOTS =
            List.of(new FewShot("pets", List.of(new LevelledTokens(List.of("a", " cat"), new int[] {0, 9}))));
    private static final TextWindow WINDOW = window(0, List.of("a", " fig", "\n", " plum"));

    private static TextWindow window(int document, List<String> tokens) {
        int length = tokens.size();
        return new TextWindow(document, 0, new int[length], tokens, new float[length], Stratum.TOP, 1);
    }

    private static Map<String, Double> top(String first, double one, String second, double other) {
        return Map.of(first, Math.log(one), second, Math.log(other));
    }

    /** Answers with tokens in turn. */
    private static ScriptedModel answering(List<List<ScoredToken>> answers) {
        AtomicInteger asked = new AtomicInteger();
        return ScriptedModel.answering(request -> {
            List<ScoredToken> tokens = answers.get(asked.getAndIncrement() % answers.size());
            return ScriptedModel.text("x", tokens);
        });
    }

    private static Simulated one(LanguageModel model) {
        return SequentialSimulator.of(model, FEW_SHOTS, 1)
                .simulate(EXPLANATION, List.of(WINDOW))
                .get(0);
    }

    private static final List<List<ScoredToken>> ANSWERS = List.of(
            List.of(new ScoredToken("0", -0.1, top("0", 0.75, "cat", 0.25))),
            List.of(new ScoredToken(" 8", -0.1, top(" 8", 0.3, "6", 0.1))),
            List.of(new ScoredToken("yes", -0.1, top("yes", 0.6, "no", 0.4))),
            List.of(
                    new ScoredToken("1", -0.1, top("1", 0.5, "0", 0.5)),
                    new ScoredToken("0", -0.1, top("0", 0.8, ".", 0.2))));

    @Test
    void readsTheExpectedLevelAtTheFirstTokenOfEachAnswer() {
        Simulated.Values values = assertInstanceOf(Simulated.Values.class, one(answering(ANSWERS)));
        // The last answer is 0 or 1 with probability 0.5 each; after the 1 a 0 follows with probability 0.8.
        assertArrayEquals(new float[] {0, 7.5f, 0, 0.5f * (0.8f * 10 + 0.2f * 1)}, values.activations(), 1e-6f);
    }

    @Test
    void showsTheEarlierTokensWithTheLevelsSimulatedForThem() {
        ScriptedModel model = answering(ANSWERS);
        one(model);
        List<String> questions = new ArrayList<>();
        for (ChatRequest request : model.asked()) {
            assertEquals(15, request.settings().topLogProbabilities());
            assertTrue(
                    request.messages().get(0).content().endsWith("""
                            Feature 1
                            Description: the feature is active on pets
                            Activations:
                            <start>
                            a\t0
                             cat\t9
                            <end>
                            """),
                    request.messages().get(0).content());
            questions.add(request.messages().get(1).content());
        }
        assertEquals(4, questions.size());
        assertEquals("""

                Feature 2
                Description: the feature is active on fruit
                Activations:
                <start>
                a\t0
                 fig\t8

                \t0
                 plum\t""", questions.get(3));
        for (int i = 1; i < 4; i++) {
            assertTrue(questions.get(i).startsWith(questions.get(i - 1)), "a question continues the one before");
        }
    }

    @Test
    void aFailedRequestFailsItsWindowWithItsKindAndEndsIt() {
        AtomicInteger asked = new AtomicInteger();
        ScriptedModel model = ScriptedModel.answering(request -> asked.getAndIncrement() == 1
                ? Answer.<Completion>failed(FailureKind.REFUSAL, "no")
                : ScriptedModel.text("0", ANSWERS.get(0)));
        List<Simulated> both = SequentialSimulator.of(model, FEW_SHOTS, 1)
                .simulate(EXPLANATION, List.of(WINDOW, window(1, List.of("b", "c"))));
        assertEquals(
                FailureKind.REFUSAL,
                assertInstanceOf(Simulated.Failed.class, both.get(0)).kind());
        assertInstanceOf(Simulated.Values.class, both.get(1));
        assertEquals(4, asked.get());
    }

    @Test
    void failsWithoutACandidateAtAnyPositionAndWithoutLogProbabilities() {
        assertEquals(
                FailureKind.UNPARSABLE,
                assertInstanceOf(Simulated.Failed.class, one(answering(List.of(ANSWERS.get(2)))))
                        .kind());
        assertEquals(
                FailureKind.UNPARSABLE,
                assertInstanceOf(Simulated.Failed.class, one(answering(List.of(ANSWERS.get(0), List.of()))))
                        .kind());
    }

    @Test
    void theCostEstimateHasOneRequestPerToken() {
        DryRunModel plan = DryRunModel.of(answering(ANSWERS));
        SequentialSimulator.of(plan, 1).simulate(EXPLANATION, List.of(WINDOW, window(1, List.of("b", "c", "d"))));
        CostEstimate cost = plan.estimate();
        assertEquals(7, cost.requests());
        assertEquals(14, cost.completionTokens());
    }

    @Test
    void refusesAModelWithoutLogProbabilitiesOfAnswers() {
        OpenAiModel server = OpenAiModel.builder("http://localhost:1", "judge")
                .environment(Map.of())
                .without(Ability.LOG_PROBABILITIES)
                .build();
        String sentence = assertThrows(InvalidInputException.class, () -> SequentialSimulator.of(server, 0))
                .getMessage();
        assertTrue(sentence.startsWith("one-at-a-time needs log-probabilities of answers"), sentence);
    }
}
