package dev.assay.explain.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.explain.FailureKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class CachedModelTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("llm/requests.jsonl");
    }

    private static ChatRequest ask(String question) {
        return new ChatRequest(
                List.of(ChatMessage.user(question)), ChatRequest.Settings.greedy(50, 3), AnswerFormat.text());
    }

    private static ScriptedModel echo() {
        return ScriptedModel.answering(
                request -> ScriptedModel.text(request.messages().get(0).content() + "!"));
    }

    private static ScriptedModel silent() {
        return ScriptedModel.answering(request -> {
            throw new AssertionError("no request is to be sent: " + request);
        });
    }

    @Test
    void sendsNothingOnARerun() throws IOException {
        Answer<Completion> first;
        try (CachedModel model = CachedModel.open(echo(), file)) {
            first = model.complete(ask("a"));
            model.complete(ask("b"));
            assertEquals(first, model.complete(ask("a")));
        }
        try (CachedModel model = CachedModel.open(silent(), file)) {
            assertEquals(first, model.complete(ask("a")));
            assertEquals(ScriptedModel.text("b!"), model.complete(ask("b")));
        }
        assertEquals(2, Files.readAllLines(file).size());
    }

    @Test
    void keepsLogProbabilitiesExactly() throws IOException {
        List<ScoredToken> tokens = List.of(
                new ScoredToken("é\n", -0.1, Map.of("é\n", -0.1, "\"", -2.3 / 7)),
                new ScoredToken("1", -9e9, Map.of()));
        Answer<PromptLogProbabilities> scored = Answer.received(new PromptLogProbabilities(
                List.of(new PromptLogProbabilities.PromptToken(4, tokens.get(0))), new TokenUsage(9, 1)));
        Answer<Completion> answered = ScriptedModel.text("é\n1", tokens);
        try (CachedModel chat = CachedModel.open(ScriptedModel.answering(request -> answered), file)) {
            chat.complete(ask("a"));
        }
        try (CachedModel prompts = CachedModel.open(ScriptedModel.scoring(request -> scored), file)) {
            prompts.score(new ScoreRequest("text", 5));
        }
        try (CachedModel model = CachedModel.open(silent(), file)) {
            assertEquals(answered, model.complete(ask("a")));
            assertEquals(scored, model.score(new ScoreRequest("text", 5)));
        }
    }

    @Test
    void distinguishesModelMessagesSamplingAndSchema() {
        ChatRequest request = ask("a");
        List<ChatRequest> others = List.of(
                ask("b"),
                new ChatRequest(List.of(ChatMessage.system("a")), request.settings(), request.format()),
                new ChatRequest(request.messages(), new ChatRequest.Settings(50, 1, 3, 0), request.format()),
                new ChatRequest(request.messages(), ChatRequest.Settings.greedy(50, 4), request.format()),
                new ChatRequest(request.messages(), ChatRequest.Settings.greedy(51, 3), request.format()),
                new ChatRequest(request.messages(), request.settings().withTopLogProbabilities(2), request.format()),
                new ChatRequest(request.messages(), request.settings(), AnswerFormat.integer("n", 1, 2)));
        assertEquals(64, request.key("m").length());
        assertNotEquals(request.key("m"), request.key("n"));
        others.forEach(other -> assertNotEquals(request.key("m"), other.key("m"), other.toString()));
        assertNotEquals(new ScoreRequest("a", 1).key("m"), new ScoreRequest("a", 2).key("m"));
    }

    @Test
    void keepsUnusableAnswersButNotFailuresOfTheConnection() throws IOException {
        for (FailureKind kind : FailureKind.values()) {
            ScriptedModel failing = ScriptedModel.answering(request -> Answer.failed(kind, "why"));
            try (CachedModel model = CachedModel.open(failing, file)) {
                assertEquals(Answer.failed(kind, "why"), model.complete(ask(kind.name())));
                assertEquals(Answer.failed(kind, "why"), model.complete(ask(kind.name())));
            }
            boolean repeated = kind == FailureKind.HTTP || kind == FailureKind.TIMEOUT;
            assertEquals(repeated ? 2 : 1, failing.asked().size(), kind.name());
        }
        assertEquals(FailureKind.values().length - 2, Files.readAllLines(file).size());
    }

    @Test
    void removesTheIncompleteLineOfAKilledProcess() throws IOException {
        try (CachedModel model = CachedModel.open(echo(), file)) {
            model.complete(ask("a"));
            model.complete(ask("b"));
        }
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length <= whole.length; length += 17) {
            byte[] part = Arrays.copyOf(whole, length);
            Files.write(file, part);
            long complete = new String(part, StandardCharsets.ISO_8859_1)
                    .chars()
                    .filter(character -> character == '\n')
                    .count();
            ScriptedModel again = echo();
            try (CachedModel model = CachedModel.open(again, file)) {
                model.complete(ask("a"));
                model.complete(ask("b"));
            }
            assertEquals(2 - complete, again.asked().size(), "cut at " + length);
            assertEquals(2, Files.readAllLines(file).size());
        }
    }

    @Test
    void namesADamagedLine() throws IOException {
        try (CachedModel model = CachedModel.open(echo(), file)) {
            model.complete(ask("a"));
        }
        Files.writeString(file, "{\"key\": 3}\n", StandardOpenOption.APPEND);
        String sentence = assertThrows(InvalidInputException.class, () -> CachedModel.open(echo(), file))
                .getMessage();
        assertTrue(sentence.contains("requests.jsonl: line 2 is no record of a request"), sentence);
    }

    @Test
    void refusesASecondWriter() throws IOException {
        try (CachedModel model = CachedModel.open(echo(), file)) {
            assertThrows(InvalidInputException.class, () -> CachedModel.open(echo(), file));
            model.complete(ask("a"));
        }
        CachedModel.open(echo(), file).close();
    }

    @Test
    void sendsEqualConcurrentRequestsOnce() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ScriptedModel slow = ScriptedModel.answering(request -> {
            arrived.countDown();
            try {
                release.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException stopped) {
                throw new AssertionError(stopped);
            }
            return ScriptedModel.text("done");
        });
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (CachedModel model = CachedModel.open(slow, file)) {
            Future<Answer<Completion>> first = threads.submit(() -> model.complete(ask("a")));
            arrived.await(10, TimeUnit.SECONDS);
            Future<Answer<Completion>> second = threads.submit(() -> model.complete(ask("a")));
            assertFalse(second.isDone());
            release.countDown();
            assertEquals(first.get(), second.get());
        } finally {
            threads.shutdownNow();
        }
        assertEquals(1, slow.asked().size());
    }

    @Test
    void hasNoKeyOfTheServer() throws IOException {
        String key = "sk-secret-0815";
        try (ScriptedServer server = new ScriptedServer()) {
            server.then(
                    ScriptedServer.error(400, "context_length_exceeded", "key " + key + ": too long"),
                    ScriptedServer.json(200, ScriptedServer.answer("Your key is " + key)));
            OpenAiModel real = OpenAiModel.builder(server.address(), "judge")
                    .environment(Map.of("ASSAY_API_KEY", key))
                    .build();
            try (CachedModel model = CachedModel.open(real, file)) {
                model.complete(ask("a"));
                assertEquals(
                        "Your key is ***",
                        ((Answer.Received<Completion>) model.complete(ask("b")))
                                .value()
                                .text());
                assertFalse(model.settings().toString().contains(key));
            }
            assertEquals("Bearer " + key, server.seen().get(0).headers().getFirst("Authorization"));
        }
        List<String> lines = Files.readAllLines(file);
        assertEquals(2, lines.size());
        assertFalse(lines.toString().contains(key), lines.toString());
    }
}
