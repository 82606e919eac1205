package dev.assay.explain.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.Part;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.ScoredItem;
import dev.assay.explain.Scorer;
import dev.assay.explain.TextWindow;
import dev.assay.explain.Verdict;
import dev.assay.explain.llm.CachedModel;
import dev.assay.explain.llm.ManualClock;
import dev.assay.explain.llm.OpenAiModel;
import dev.assay.explain.llm.RequestLimits;
import dev.assay.explain.llm.ScriptedServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Scores with a judge that is always right, on a server that fails: failures are counted to the item and change no score. */
@Timeout(30)
@Tag("slow")
class FaultyServerScoreTest {
    private static final String WORD = " apple";
    private static final Explanation EXPLANATION =
            Explanation.of(7, "the word apple", ExplainerDescription.offline("test"));
    private static final Pattern TEXT = Pattern.compile("Text \\d+:\n(.*)");

    private final PlantedExamples examples = new PlantedExamples(WORD, 2); // 20 active and 6 silent windows
    private final ManualClock clock = new ManualClock();

    @TempDir
    private Path folder;

    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
        server.otherwise(right());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private OpenAiModel model() {
        RequestLimits usual = RequestLimits.USUAL;
        return OpenAiModel.builder(server.address(), "judge")
                .environment(Map.of())
                .clock(clock)
                .concurrency(1)
                .limits(new RequestLimits(
                        Duration.ofSeconds(2), 3, usual.firstPause(), usual.longestPause(), usual.total(), 3))
                .build();
    }

    /** Returns the right labels of the texts in a request. */
    private static String labels(JsonNode request) {
        Matcher texts = TEXT.matcher(request.at("/messages/1/content").textValue());
        StringBuilder labels = new StringBuilder();
        while (texts.find()) {
            labels.append(labels.length() == 0 ? "" : ", ")
                    .append(texts.group(1).contains("apple") ? 1 : 0);
        }
        return "{\"labels\": [" + labels + "]}";
    }

    private static ScriptedServer.Reply right() {
        return answering(text -> text);
    }

    private static ScriptedServer.Reply answering(UnaryOperator<String> change) {
        return ScriptedServer.answering(request -> change.apply(labels(request)));
    }

    private static ScriptedServer.Reply truncated() {
        return (exchange, request) -> ScriptedServer.json(200, ScriptedServer.answer(labels(request), "length"))
                .send(exchange, request);
    }

    private FeatureScore score() {
        return new DetectionScorer(model(), 5).score(EXPLANATION, examples);
    }

    @Test
    void scoresAllItemsOnAServerWithoutFaults() {
        FeatureScore score = score();
        assertEquals(26, score.items());
        assertEquals(Map.of(), score.failures());
        assertEquals(6, server.seen().size());
        for (ScoreMetric metric :
                List.of(ScoreMetric.F1, ScoreMetric.BALANCED_ACCURACY, ScoreMetric.PRECISION, ScoreMetric.RECALL)) {
            assertEquals(1, score.value(metric).orElseThrow(), metric.id());
        }
    }

    @Test
    void faultsThatARetryCorrectsAreNotFailures() {
        server.then(
                ScriptedServer.error(429, "rate_limit_exceeded", "slow down", Map.of("Retry-After", "3")),
                right(),
                ScriptedServer.error(500, "", "oops"),
                ScriptedServer.error(500, "", "oops"),
                right(),
                ScriptedServer.cut(),
                right(),
                server.silent(),
                answering(text -> "Here you are:\n```json\n" + text + "\n```"),
                answering(text -> "<think>{\"labels\": [0, 0, 0, 0, 0]}</think>" + text));
        FeatureScore score = score();
        assertEquals(score().withoutItems(), score.withoutItems());
        assertEquals(Map.of(), score.failures());
        assertEquals(Duration.ofSeconds(3), clock.pauses().get(0));
    }

    @Test
    void countsEveryItemOfAFailedQuestionByKind() {
        server.then(
                answering(text -> text.replaceFirst("\\d, ", "")),
                answering(text -> text.replaceFirst("\\[", "[0, ")),
                answering(text -> text.replaceFirst("\\d", "2")),
                answering(text -> "I would say the first and the last."),
                truncated());
        FeatureScore score = score();
        // The last of the six questions has one text.
        assertEquals(
                Map.of(
                        FailureKind.WRONG_LENGTH, 10,
                        FailureKind.OUT_OF_RANGE, 5,
                        FailureKind.UNPARSABLE, 5,
                        FailureKind.TRUNCATED, 5),
                score.failures());
        assertEquals(25, score.failed());
        assertEquals(26, score.items());
        assertTrue(score.unreliable());
        assertEquals(1, score.scored().stream().filter(ScoredItem::isCorrect).count());
    }

    @Test
    void doesNotChangeTheScoresOfAnsweredItems() {
        server.then(right(), ScriptedServer.error(200, "provider_error", "no answer"), right());
        FeatureScore score = score();
        assertEquals(Map.of(FailureKind.HTTP, 5), score.failures());
        List<ScoredItem> failed = score.scored().stream()
                .filter(item -> item.verdict() instanceof Verdict.Failed)
                .toList();
        assertEquals(5, failed.size());
        for (ScoreMetric metric :
                List.of(ScoreMetric.F1, ScoreMetric.BALANCED_ACCURACY, ScoreMetric.PRECISION, ScoreMetric.RECALL)) {
            assertEquals(1, score.values().get(metric), metric.id());
        }
        // With failures as wrong, the recall is the weight of the answered active windows.
        double active = 20;
        double failedActive = failed.stream().filter(ScoredItem::truth).count();
        assertEquals((active - failedActive) / active, score.withFailures().get(ScoreMetric.RECALL), 1e-12);
    }

    @Test
    void stopsAtARejectedKeyAndResumesWithoutSendingAnswersAgain() throws IOException {
        server.then(right(), right(), ScriptedServer.error(401, "invalid_api_key", "expired"));
        Path file = folder.resolve("requests.jsonl");
        try (CachedModel cached = CachedModel.open(model(), file)) {
            Scorer scorer = new DetectionScorer(cached, 5);
            String sentence = assertThrows(InvalidInputException.class, () -> scorer.score(EXPLANATION, examples))
                    .getMessage();
            assertEquals(1, sentence.lines().count());
            assertEquals(3, server.seen().size());
            FeatureScore score = scorer.score(EXPLANATION, examples);
            assertEquals(Map.of(), score.failures());
            assertEquals(3 + 4, server.seen().size());
        }
    }

    @Test
    void fuzzingAsksAboutMarksAndCountsFailures() {
        server.otherwise(ScriptedServer.answering(request -> {
            Matcher texts = TEXT.matcher(request.at("/messages/1/content").textValue());
            StringBuilder labels = new StringBuilder();
            while (texts.find()) {
                labels.append(labels.length() == 0 ? "" : ",")
                        .append(texts.group(1).contains("<< apple>>") ? 1 : 0);
            }
            return "{\"labels\": [" + labels + "]}";
        }));
        FeatureScore score = FuzzingScorer.inActiveWindows(model(), 5).score(EXPLANATION, examples);
        assertEquals(20, score.items());
        assertEquals(1, score.value(ScoreMetric.BALANCED_ACCURACY).orElseThrow());
        for (ScoredItem item : score.scored()) {
            assertTrue(item.window().isActive());
            assertEquals(1, item.marks().size());
            assertEquals(item.truth(), item.window().activation(item.marks().get(0)) > 0);
        }
        FeatureScore nonactivating = FuzzingScorer.inSilentWindows(model(), 5).score(EXPLANATION, examples);
        assertEquals(FuzzingScorer.NONACTIVATING, nonactivating.scorer());
        assertTrue(nonactivating.scored().stream()
                .allMatch(item -> item.truth() == item.window().isActive()));
        server.then(answering(text -> "no idea"));
        assertEquals(
                Map.of(FailureKind.UNPARSABLE, 5),
                FuzzingScorer.inActiveWindows(model(), 5)
                        .score(EXPLANATION, examples)
                        .failures());
    }

    @Test
    void detectionDoesNotMentionMarksAndShowsTestDocumentsOnly() {
        score();
        String system = server.seen().get(0).body().at("/messages/0/content").textValue();
        assertFalse(system.contains("mark") || system.contains("<<"), system);
        String questions = server.seen().toString();
        for (TextWindow window : examples.representative(Part.TRAIN)) {
            assertFalse(questions.contains(window.text()));
        }
    }
}
