package dev.assay.explain.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.PromptLogProbabilities;
import dev.assay.explain.llm.ScoreRequest;
import dev.assay.explain.llm.ScoredToken;
import dev.assay.explain.llm.ScriptedModel;
import dev.assay.explain.llm.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SurprisalScorerTest {
    private static final Pattern WORD = Pattern.compile(" ?\\S+|\\n");
    private static final Explanation EXPLANATION =
            Explanation.of(7, "the word apple", ExplainerDescription.offline("test"));

    /** Active windows of two words or more have the word after their first token, which is left out. */
    private final PlantedExamples examples = new PlantedExamples(" apple", 6);

    /** A token costs 4 nats; the word costs 1 after a prefix that contains it. */
    private static Answer<PromptLogProbabilities> losses(ScoreRequest request) {
        List<PromptLogProbabilities.PromptToken> tokens = new ArrayList<>();
        Matcher words = WORD.matcher(request.text());
        boolean announced = request.text().contains("the word apple:");
        while (words.find()) {
            boolean cheap = announced && words.group().equals(" apple");
            tokens.add(new PromptLogProbabilities.PromptToken(
                    words.start(), new ScoredToken(words.group(), cheap ? -1 : -4, Map.of())));
        }
        return Answer.received(new PromptLogProbabilities(tokens, TokenUsage.NONE));
    }

    @Test
    void ranksWindowsByTheGainOfTheExplanation() {
        ScriptedModel model = ScriptedModel.scoring(SurprisalScorerTest::losses);
        FeatureScore score = new SurprisalScorer(model, List.of()).score(EXPLANATION, examples);
        assertEquals(60 + 18, score.items());
        assertEquals(2 * score.items(), model.scored().size());
        // One of six active windows starts with the word, and its gain is 0 like that of the silent ones.
        assertEquals((50 + 10 * 0.5) / 60, score.value(ScoreMetric.AUROC).orElseThrow(), 1e-12);
        assertEquals(5.0 / 6, score.value(ScoreMetric.RECALL).orElseThrow(), 1e-12);
        assertEquals(1, score.value(ScoreMetric.PRECISION).orElseThrow());
        assertTrue(model.scored().get(0).text().startsWith("A text with "));
    }

    @Test
    void countsAWindowWithoutLossesAsFailed() {
        AtomicInteger asked = new AtomicInteger();
        ScriptedModel model = ScriptedModel.scoring(request -> switch (asked.getAndIncrement()) {
            case 0 -> Answer.failed(FailureKind.TIMEOUT, "late");
            case 1 -> Answer.received(new PromptLogProbabilities(List.of(), TokenUsage.NONE));
            default -> losses(request);
        });
        FeatureScore score = new SurprisalScorer(model, List.of()).score(EXPLANATION, examples);
        assertEquals(Map.of(FailureKind.TIMEOUT, 1, FailureKind.WRONG_LENGTH, 1), score.failures());
    }
}
