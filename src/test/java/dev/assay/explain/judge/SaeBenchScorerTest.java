package dev.assay.explain.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.explain.ExampleOptions;
import dev.assay.explain.ExampleSet;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.Part;
import dev.assay.explain.RandomText;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.ScoredItem;
import dev.assay.explain.Stratum;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.ChatRequest;
import dev.assay.explain.llm.CostEstimate;
import dev.assay.explain.llm.DryRunModel;
import dev.assay.explain.llm.ScriptedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SAEBench's protocol on a feature of the word "w5". */
class SaeBenchScorerTest {
    private static final Explanation EXPLANATION =
            Explanation.of(0, "the word w5", ExplainerDescription.offline("test"));
    private static final Pattern TEXT = Pattern.compile("(?m)^(\\d+)\\. (.*)$");

    @TempDir
    static Path folder;

    private static ExampleSet examples;

    @BeforeAll
    static void writeStore() throws IOException {
        RandomText text = new RandomText(500, 64, 60, 6);
        examples = ExampleSet.of(
                text.store(
                        folder.resolve("store"),
                        1,
                        (latent, position) -> text.ids[position] == 5 ? RandomText.gamma(latent, position) : 0),
                ExampleOptions.DEFAULT);
    }

    private static String numbersWith(ChatRequest request, Pattern word) {
        List<String> numbers = new ArrayList<>();
        int texts = 0;
        for (MatchResult text :
                TEXT.matcher(request.messages().get(1).content()).results().toList()) {
            texts++;
            assertEquals(texts, Integer.parseInt(text.group(1)));
            if (word.matcher(text.group(2)).find()) {
                numbers.add(text.group(1));
            }
        }
        assertEquals(14, texts);
        return numbers.isEmpty() ? "None" : String.join(", ", numbers);
    }

    private static FeatureScore score(ScriptedModel model) {
        return new SaeBenchScorer(model, 2).score(EXPLANATION, examples.of(0));
    }

    @Test
    void aJudgeThatKnowsTheWordIsAlwaysRight() {
        ScriptedModel model =
                ScriptedModel.answering(request -> ScriptedModel.text(numbersWith(request, Pattern.compile("w5\\b"))));
        FeatureScore score = score(model);
        assertEquals(
                Map.of(ScoreMetric.ACCURACY, 1.0, ScoreMetric.CHANCE, 10 / 14.0, ScoreMetric.ABOVE_CHANCE, 1.0),
                score.values());
        assertEquals(1, model.asked().size(), "one request for all windows");
        String prompt = model.asked().get(0).messages().toString();
        assertTrue(prompt.contains("the word w5") && prompt.contains("14 numbered texts"), prompt);
        assertFalse(prompt.contains("<<"), prompt);
        assertEquals(14, score.items());
        assertEquals(4, score.scored().stream().filter(ScoredItem::truth).count());
        assertTrue(score.scored().stream().anyMatch(item -> item.window().stratum() == Stratum.IMPORTANCE));
    }

    @Test
    void aJudgeThatNamesNoTextHasTheFloor() {
        FeatureScore score = score(ScriptedModel.answering(request -> ScriptedModel.text("None.")));
        assertEquals(10 / 14.0, score.values().get(ScoreMetric.ACCURACY), 1e-12);
        assertEquals(0, score.values().get(ScoreMetric.ABOVE_CHANCE), 1e-12);
    }

    @Test
    void aWrongAnswerIsBelowTheFloor() {
        FeatureScore score = score(ScriptedModel.answering(
                request -> ScriptedModel.text("1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 and 14")));
        assertEquals(4 / 14.0, score.values().get(ScoreMetric.ACCURACY), 1e-12);
        assertEquals(-1.5, score.values().get(ScoreMetric.ABOVE_CHANCE), 1e-12);
    }

    @Test
    void anUnusableAnswerFailsForAllWindowsAndIsNoScore() {
        for (Map.Entry<String, FailureKind> answer : Map.of(
                        "the second one",
                        FailureKind.UNPARSABLE,
                        "1, 15",
                        FailureKind.OUT_OF_RANGE,
                        "None of the texts",
                        FailureKind.UNPARSABLE)
                .entrySet()) {
            FeatureScore score = score(ScriptedModel.answering(request -> ScriptedModel.text(answer.getKey())));
            assertEquals(Map.of(answer.getValue(), 14), score.failures(), answer.getKey());
            assertEquals(Map.of(), score.values());
            assertEquals(0, score.withFailures().get(ScoreMetric.ACCURACY));
        }
        FeatureScore late = score(ScriptedModel.answering(request -> Answer.failed(FailureKind.TIMEOUT, "late")));
        assertEquals(Map.of(FailureKind.TIMEOUT, 14), late.failures());
    }

    @Test
    void theCostEstimateHasOneRequestPerFeature() {
        DryRunModel plan = DryRunModel.of(ScriptedModel.answering(request -> ScriptedModel.text("None")));
        new SaeBenchScorer(plan, 2).score(EXPLANATION, examples.of(0));
        CostEstimate cost = plan.estimate();
        assertEquals(1, cost.requests());
    }

    @Test
    void theExplainerReadsFifteenMarkedWindowsOfTrainingDocumentsInFallingOrder() {
        ScriptedModel model =
                ScriptedModel.answering(request -> ScriptedModel.text("This feature is active on the word w5"));
        Explanation explanation = LlmExplainer.of(model, ExplainerOptions.saeBench(1))
                .explain(examples.of(0).only(Part.TRAIN));
        assertEquals("the word w5", explanation.text());
        List<MatchResult> texts = TEXT.matcher(
                        model.asked().get(0).messages().get(1).content())
                .results()
                .toList();
        assertEquals(15, texts.size());
        texts.forEach(text -> assertTrue(text.group(2).contains("<< w5>>"), text.group(2)));
        for (String id : explanation.by().settings().get("windows").split(" ")) {
            assertEquals(Part.TRAIN, Part.of(Long.parseLong(id.substring(0, id.indexOf(':'))), 0));
        }
        assertEquals("saebench", explanation.by().settings().get("style"));
    }
}
