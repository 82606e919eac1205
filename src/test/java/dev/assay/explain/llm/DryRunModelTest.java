package dev.assay.explain.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DryRunModelTest {
    @TempDir
    private Path folder;

    private static ChatRequest ask(String question) {
        return new ChatRequest(
                List.of(ChatMessage.user(question)), ChatRequest.Settings.greedy(50, 3), AnswerFormat.text());
    }

    private static final ScriptedModel NEVER = ScriptedModel.answering(request -> {
        throw new AssertionError("no request is to be sent");
    });

    @Test
    void countsEqualRequestsOnceAndSendsNone() {
        DryRunModel plan = DryRunModel.of(NEVER);
        plan.complete(ask("one two three four"));
        plan.complete(ask("one two three four"));
        plan.complete(ask("five"));
        plan.score(new ScoreRequest("a cat sat", 5));
        assertEquals(new CostEstimate(3, 0, (4 + 4) + (4 + 1) + 3, 50 + 50 + 1), plan.estimate());
    }

    @Test
    void usesAnswersOfTheCacheForNothing() throws IOException {
        Path file = folder.resolve("requests.jsonl");
        ScriptedModel model = ScriptedModel.answering(request -> ScriptedModel.text("known"));
        try (CachedModel cached = CachedModel.open(model, file)) {
            cached.complete(ask("a"));
            DryRunModel plan = DryRunModel.of(cached);
            assertEquals(ScriptedModel.text("known"), plan.complete(ask("a")));
            plan.complete(ask("b"));
            assertEquals(1, plan.estimate().requests());
            assertEquals(1, plan.estimate().cached());
        }
        assertEquals(1, Files.readAllLines(file).size());
        assertEquals(1, model.asked().size());
    }

    @Test
    void multipliesWithPrices() {
        assertEquals(2.5, new CostEstimate(10, 0, 1_000_000, 500_000).price(0.5, 4), 1e-12);
    }

    @Test
    void estimatesTokensOfTextAndTables() {
        String english = "The quick brown fox jumps over the lazy dog, doesn't it? ".repeat(10);
        assertTrue(Math.abs(TokenEstimate.of(english) - 150) < 20, TokenEstimate.of(english) + "");
        assertEquals(12, TokenEstimate.of(" the\t0\n cat\t10\n sat\t0\n"));
        assertEquals(3, TokenEstimate.of("日本語"));
    }
}
