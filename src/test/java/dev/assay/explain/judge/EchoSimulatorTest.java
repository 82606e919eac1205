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
import dev.assay.explain.llm.OpenAiModel;
import dev.assay.explain.llm.PromptLogProbabilities;
import dev.assay.explain.llm.ScoreRequest;
import dev.assay.explain.llm.ScoredToken;
import dev.assay.explain.llm.ScriptedModel;
import dev.assay.explain.llm.TokenUsage;
import dev.assay.explain.measure.ActivationText.LevelledTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EchoSimulatorTest {
    private static final Explanation EXPLANATION = Explanation.of(0, "fruit", ExplainerDescription.offline("test"));
    private static final List<FewShot> FEW_SHOTS = List.of(new FewShot(
            "pets", List.of(new LevelledTokens(List.of("a", " cat", " sat", "."), new int[] {0, 9, 2, 0}))));
    /** Tokens that contain the separators of the format. */
    private static final TextWindow WINDOW = new TextWindow(
            0,
            0,
            new int[] {1, 2, 3, 4},
            List.of("a\tunknown", "\nunknown\n", " fig", "\t"),
            new float[4],
            Stratum.TOP,
            1);

    /** Scores every word "unknown"; {@code tops} are the candidates of the last ones, in order. */
    private static ScriptedModel model(List<Map<String, Double>> tops) {
        return ScriptedModel.scoring(request -> {
            List<Integer> starts = new ArrayList<>();
            for (int at = request.text().indexOf("\tunknown\n");
                    at >= 0;
                    at = request.text().indexOf("\tunknown\n", at + 1)) {
                starts.add(at + 1);
            }
            List<PromptLogProbabilities.PromptToken> tokens = new ArrayList<>();
            int first = starts.size() - tops.size();
            for (int i = 0; i < starts.size(); i++) {
                Map<String, Double> top = i < first ? Map.of("7", 0.0) : tops.get(i - first);
                tokens.add(new PromptLogProbabilities.PromptToken(starts.get(i), new ScoredToken("unknown", -5, top)));
            }
            return Answer.received(new PromptLogProbabilities(tokens, TokenUsage.NONE));
        });
    }

    private static Simulated one(ScriptedModel model) {
        return EchoSimulator.of(model, FEW_SHOTS)
                .simulate(EXPLANATION, List.of(WINDOW))
                .get(0);
    }

    @Test
    void readsTheExpectedLevelAtEachUnknownWord() {
        ScriptedModel model = model(List.of(
                Map.of("0", Math.log(0.5), "unknown", Math.log(0.25), " 9", Math.log(0.25)),
                Map.of("10", Math.log(0.3), "4", Math.log(0.1), "11", Math.log(0.5)),
                Map.of("unknown", Math.log(0.9)),
                Map.of("0", Math.log(0.2), "1", Math.log(0.6))));
        Simulated.Values values = assertInstanceOf(Simulated.Values.class, one(model));
        assertArrayEquals(new float[] {0, (10 * 0.3f + 4 * 0.1f) / 0.4f, 0, 0.75f}, values.activations(), 1e-6f);
    }

    @Test
    void writesKnownLevelsOfOtherFeaturesAndUnknownOnesOfTheQuestion() {
        ScriptedModel model = model(List.of(Map.of("0", 0.0), Map.of("0", 0.0), Map.of("0", 0.0), Map.of("0", 0.0)));
        one(model);
        ScoreRequest request = model.scored().get(0);
        assertEquals(15, request.topLogProbabilities());
        String prompt = request.text();
        assertTrue(prompt.endsWith("""
                        Feature 1
                        Description: the feature is active on pets
                        Activations:
                        <start>
                        a\tunknown
                         cat\tunknown
                         sat\t2
                        .\t0
                        <end>

                        Feature 2
                        Description: the feature is active on fruit
                        Activations:
                        <start>
                        a\tunknown\tunknown

                        unknown
                        \tunknown
                         fig\tunknown
                        \t\tunknown
                        <end>
                        """), prompt);
    }

    @Test
    void failsWithoutACandidateAtAnyPosition() {
        Simulated.Failed failed = assertInstanceOf(
                Simulated.Failed.class,
                one(model(List.of(Map.of(), Map.of("x", 0.0), Map.of(" 3", 0.0), Map.of("12", 0.0)))));
        assertEquals(FailureKind.UNPARSABLE, failed.kind());
    }

    @Test
    void failsWhereATokenizerJoinsTheTabAndTheWord() {
        ScriptedModel joined = ScriptedModel.scoring(request -> Answer.received(new PromptLogProbabilities(
                List.of(new PromptLogProbabilities.PromptToken(0, new ScoredToken("x", -1, Map.of("1", 0.0)))),
                TokenUsage.NONE)));
        assertEquals(
                FailureKind.UNPARSABLE,
                assertInstanceOf(Simulated.Failed.class, one(joined)).kind());
    }

    @Test
    void refusesAServerWithoutLogProbabilitiesOfPrompts() {
        OpenAiModel server = OpenAiModel.builder("http://localhost:1", "judge")
                .environment(Map.of())
                .build();
        String sentence = assertThrows(InvalidInputException.class, () -> EchoSimulator.of(server))
                .getMessage();
        assertTrue(sentence.startsWith("echo-unknown needs log-probabilities of prompts"), sentence);
        assertTrue(!server.abilities().contains(Ability.PROMPT_LOG_PROBABILITIES));
    }
}
