package dev.assay.explain.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.ChatRequest;
import dev.assay.explain.llm.Completion;
import dev.assay.explain.llm.ScriptedModel;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class IntruderScorerTest {
    private static final Explanation EXPLANATION =
            Explanation.of(7, "the word apple", ExplainerDescription.offline("test"));
    private static final Pattern TEXT = Pattern.compile("Text (\\d+):\n(.*)");

    private final PlantedExamples examples = new PlantedExamples(" apple", 10); // ten silent windows, so ten questions

    private static int intruder(ChatRequest request) {
        Matcher texts = TEXT.matcher(request.messages().get(1).content());
        int found = 0;
        while (texts.find()) {
            if (!texts.group(2).contains("<< apple>>")) {
                assertEquals(0, found);
                found = Integer.parseInt(texts.group(1));
                assertTrue(texts.group(2).contains("<<"), "the intruder has marks too");
            }
        }
        return found;
    }

    private FeatureScore score(Function<ChatRequest, Answer<Completion>> answers) {
        return new IntruderScorer(ScriptedModel.answering(answers), 1).score(EXPLANATION, examples);
    }

    @Test
    void aJudgeThatReadsTheMarksIsAlwaysRight() {
        Set<Integer> positions = new HashSet<>();
        FeatureScore score = score(request -> {
            positions.add(intruder(request));
            return ScriptedModel.text("{\"intruder\": " + intruder(request) + "}");
        });
        assertEquals(10, score.items());
        assertEquals(
                Map.of(ScoreMetric.ACCURACY, 1.0, ScoreMetric.CHANCE, 0.2, ScoreMetric.ABOVE_CHANCE, 1.0),
                score.values());
        assertTrue(positions.size() >= 3, "intruders at " + positions);
    }

    @Test
    void countsFailuresByKindWithoutScoringThem() {
        AtomicInteger asked = new AtomicInteger();
        FeatureScore score = score(request -> switch (asked.getAndIncrement()) {
            case 0 -> ScriptedModel.text("{\"intruder\": 6}");
            case 1 -> ScriptedModel.text("{\"intruder\": 0}");
            case 2 -> ScriptedModel.text("the third one");
            case 3 -> Answer.failed(FailureKind.TIMEOUT, "late");
            default -> ScriptedModel.text("It is {\"intruder\": " + intruder(request) + "}");
        });
        assertEquals(
                Map.of(FailureKind.OUT_OF_RANGE, 2, FailureKind.UNPARSABLE, 1, FailureKind.TIMEOUT, 1),
                score.failures());
        assertEquals(1.0, score.values().get(ScoreMetric.ACCURACY));
        assertEquals(0.6, score.withFailures().get(ScoreMetric.ACCURACY), 1e-12);
    }

    @Test
    void doesNotShowTheExplanation() {
        score(request -> {
            String prompt = request.messages().toString();
            assertTrue(!prompt.contains("the word apple"), prompt);
            return ScriptedModel.text("{\"intruder\": 1}");
        });
    }
}
