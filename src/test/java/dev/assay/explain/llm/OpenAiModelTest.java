package dev.assay.explain.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.FailureKind;
import dev.assay.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every fault of a server: what is retried, what fails, what stops, with exact counts of requests, pauses and tokens. */
@Timeout(30)
@Tag("slow")
class OpenAiModelTest {
    private static final String KEY = "sk-test-4711";
    private static final ChatRequest REQUEST = new ChatRequest(
            List.of(ChatMessage.system("Be brief."), ChatMessage.user("Is it so?")),
            ChatRequest.Settings.greedy(50, 3),
            AnswerFormat.text());

    private final ManualClock clock = new ManualClock();
    private final Budget budget = Budget.unlimited();
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private OpenAiModel.Builder builder() {
        return OpenAiModel.builder(server.address(), "judge")
                .environment(Map.of("ASSAY_API_KEY", KEY))
                .clock(clock)
                .budget(budget)
                .concurrency(1);
    }

    private OpenAiModel model() {
        return builder().build();
    }

    private static RequestLimits limits(Duration timeout, int tries, int failedRequests) {
        RequestLimits usual = RequestLimits.USUAL;
        return new RequestLimits(
                timeout, tries, usual.firstPause(), usual.longestPause(), usual.total(), failedRequests);
    }

    private static Completion received(Answer<Completion> answer) {
        Answer.Received<?> received = assertInstanceOf(Answer.Received.class, answer, answer.toString());
        return (Completion) received.value();
    }

    private static String failure(FailureKind kind, Answer<?> answer) {
        Answer.Failed<?> failed = assertInstanceOf(Answer.Failed.class, answer, answer.toString());
        assertEquals(kind, failed.kind(), failed.reason());
        assertEquals(1, failed.reason().lines().count(), failed.reason());
        return failed.reason();
    }

    private String stopped(OpenAiModel model) {
        String sentence = assertThrows(InvalidInputException.class, () -> model.complete(REQUEST))
                .getMessage();
        assertEquals(1, sentence.lines().count(), sentence);
        assertFalse(sentence.contains(KEY), sentence);
        return sentence;
    }

    private static void assertHolds(String text, String part) {
        assertTrue(text.contains(part), text);
    }

    @Test
    void returnsTheAnswerWithUsageAndFingerprint() {
        Completion answer = received(model().complete(REQUEST));
        assertEquals(new Completion("ok", List.of(), new TokenUsage(999, 3), "judge-1 fp_7", 1), answer);
        assertEquals(1, budget.requests());
        assertEquals(new TokenUsage(999, 3), budget.usage());
    }

    @Test
    void sendsMessagesSamplingAndKey() {
        model().complete(REQUEST);
        ScriptedServer.Seen seen = server.seen().get(0);
        assertEquals("/v1/chat/completions", seen.path());
        assertEquals("Bearer " + KEY, seen.headers().getFirst("Authorization"));
        assertEquals("""
                {"model":"judge","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Is it so?"}],\
                "max_tokens":50,"temperature":0.0,"top_p":1,"seed":3,"stream":false}""", seen.body().toString());
    }

    @Test
    void sendsSchemaAndLogProbabilitiesWhereOffered() {
        ChatRequest request = new ChatRequest(
                REQUEST.messages(),
                REQUEST.settings().withTopLogProbabilities(7),
                AnswerFormat.integers("labels", 2, 0, 1));
        model().complete(request);
        JsonNode body = server.seen().get(0).body();
        assertEquals(7, body.path("top_logprobs").intValue());
        assertEquals("""
                {"type":"json_schema","json_schema":{"name":"labels","strict":true,"schema":{"type":"object","properties":\
                {"labels":{"type":"array","items":{"type":"integer","enum":[0,1]},"minItems":2,"maxItems":2}},\
                "required":["labels"],"additionalProperties":false}}}""", body.path("response_format").toString());
        builder()
                .without(Ability.JSON_SCHEMA)
                .without(Ability.LOG_PROBABILITIES)
                .build()
                .complete(request);
        JsonNode without = server.seen().get(1).body();
        assertFalse(without.has("response_format") || without.has("logprobs") || without.has("top_logprobs"));
    }

    @Test
    void adaptsFieldsToTheServer() {
        builder().profile(ServerProfile.OPENAI).omit("temperature").build().complete(REQUEST);
        builder().profile(ServerProfile.OLLAMA).contextTokens(4096).build().complete(REQUEST);
        JsonNode openAi = server.seen().get(0).body();
        assertEquals(50, openAi.path("max_completion_tokens").intValue());
        assertFalse(openAi.has("max_tokens") || openAi.has("temperature"));
        assertEquals(
                4096,
                server.seen().get(1).body().path("options").path("num_ctx").intValue());
        assertEquals(ServerProfile.OPENAI, ServerProfile.of(ServerAddress.parse("https://api.openai.com/v1/")));
        assertEquals(ServerProfile.OLLAMA, ServerProfile.of(ServerAddress.parse("http://localhost:11434")));
    }

    @Test
    void sendsNoKeyWithoutTheVariable() {
        builder().environment(Map.of("OPENAI_API_KEY", KEY)).build().complete(REQUEST);
        assertFalse(server.seen().get(0).headers().containsKey("Authorization"));
    }

    @Test
    void waitsForTheSecondsOfRetryAfter() {
        server.then(ScriptedServer.error(429, "rate_limit_exceeded", "slow down", Map.of("Retry-After", "7")));
        Completion answer = received(model().complete(REQUEST));
        assertEquals(2, answer.tries());
        assertEquals(List.of(Duration.ofSeconds(7)), clock.pauses());
        assertEquals(2, budget.requests());
    }

    @Test
    void waitsUntilTheDateOfRetryAfter() {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                clock.now().plusSeconds(95).atOffset(ZoneOffset.UTC));
        server.then(ScriptedServer.error(429, "rate_limit_exceeded", "slow down", Map.of("Retry-After", date)));
        assertEquals(2, received(model().complete(REQUEST)).tries());
        assertEquals(List.of(Duration.ofSeconds(95)), clock.pauses());
    }

    @Test
    void givesUpWhenTheRequestedWaitExceedsTheTimeOfARequest() {
        server.then(ScriptedServer.error(429, "rate_limit_exceeded", "slow down", Map.of("Retry-After", "86400")));
        assertHolds(failure(FailureKind.HTTP, model().complete(REQUEST)), "86400 seconds");
        assertEquals(List.of(), clock.pauses());
        assertEquals(1, server.seen().size());
    }

    @Test
    void retriesServerErrorsWithGrowingRandomPauses() {
        server.then(
                ScriptedServer.error(500, "", "oops"),
                ScriptedServer.text(502, "<html>bad gateway</html>", Map.of()),
                ScriptedServer.error(503, "", "busy"));
        assertEquals(4, received(model().complete(REQUEST)).tries());
        assertEquals(3, clock.pauses().size());
        for (int i = 0; i < 3; i++) {
            Duration limit = Duration.ofSeconds(1L << i);
            assertTrue(
                    clock.pauses().get(i).compareTo(limit) <= 0, clock.pauses().toString());
        }
    }

    @Test
    void failsAfterTheLastTry() {
        server.otherwise(ScriptedServer.error(500, "", "oops"));
        assertHolds(failure(FailureKind.HTTP, model().complete(REQUEST)), "in 5 tries");
        assertEquals(5, server.seen().size());
        assertEquals(4, clock.pauses().size());
    }

    @Test
    void reportsASilentServerAsATimeout() {
        server.otherwise(server.silent());
        assertHolds(
                failure(
                        FailureKind.TIMEOUT,
                        builder()
                                .limits(limits(Duration.ofMillis(200), 2, 10))
                                .build()
                                .complete(REQUEST)),
                "did not answer within 0.2 seconds in 2 tries");
        assertEquals(2, server.seen().size());
    }

    @Test
    void limitsTheTimeOfABodyThatStalls() {
        server.then(server.stallingInTheBody());
        assertEquals(
                2,
                received(builder()
                                .limits(limits(Duration.ofSeconds(2), 2, 10))
                                .build()
                                .complete(REQUEST))
                        .tries());
    }

    @Test
    void retriesAConnectionThatIsCutInTheBody() {
        server.then(ScriptedServer.cut());
        assertEquals(2, received(model().complete(REQUEST)).tries());
        server.otherwise(ScriptedServer.cut());
        assertHolds(failure(FailureKind.HTTP, model().complete(REQUEST)), "broke");
        assertEquals(2 + 5, server.seen().size());
    }

    @Test
    void reportsAServerThatIsNotThere() throws IOException {
        String gone;
        try (ScriptedServer other = new ScriptedServer()) {
            gone = other.address();
        }
        OpenAiModel model = OpenAiModel.builder(gone, "judge")
                .environment(Map.of())
                .clock(clock)
                .build();
        assertHolds(failure(FailureKind.HTTP, model.complete(REQUEST)), "refuses connections");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 413, 422})
    void failsOnceForARejectedRequest(int status) {
        server.then(ScriptedServer.error(status, "invalid", "no"));
        assertHolds(failure(FailureKind.HTTP, model().complete(REQUEST)), status + ": no");
        assertEquals(1, server.seen().size());
    }

    @Test
    void reportsAPromptThatDoesNotFitAsTruncated() {
        server.then(
                ScriptedServer.error(400, "context_length_exceeded", "too long"),
                ScriptedServer.json(400, llamaContextError()));
        failure(FailureKind.TRUNCATED, model().complete(REQUEST));
        failure(FailureKind.TRUNCATED, model().complete(REQUEST));
        assertEquals(2, server.seen().size());
    }

    private static ObjectNode llamaContextError() {
        ObjectNode body = Json.mapper().createObjectNode();
        body.putObject("error")
                .put("code", 400)
                .put("message", "the request exceeds the available context size")
                .put("type", "exceed_context_size_error");
        return body;
    }

    @Test
    void reportsAPromptThatTheServerShortenedAsTruncated() {
        ChatRequest large = new ChatRequest(
                List.of(ChatMessage.user("many words ".repeat(500))), REQUEST.settings(), REQUEST.format());
        OpenAiModel ollama = builder().profile(ServerProfile.OLLAMA).build();
        assertHolds(
                failure(FailureKind.TRUNCATED, ollama.complete(large)),
                "read only 999 tokens of a prompt of 1000 words");
        received(model().complete(large));
        failure(FailureKind.TRUNCATED, builder().contextTokens(999).build().complete(REQUEST));
    }

    @Test
    void theStartOfAnAnswerIsCompleteAtItsLimitOfTokens() {
        ChatRequest start = new ChatRequest(REQUEST.messages(), REQUEST.settings(), AnswerFormat.start());
        ObjectNode ten = ScriptedServer.answer("10", "length");
        ((ObjectNode) ten.at("/choices/0"))
                .putObject("logprobs")
                .putArray("content")
                .addObject()
                .put("token", "10")
                .put("logprob", -0.5)
                .putArray("top_logprobs");
        server.then(
                ScriptedServer.json(200, ten),
                ScriptedServer.json(200, ScriptedServer.answer(" \n", "length")),
                ScriptedServer.json(200, ScriptedServer.answer("<think>well", "length")),
                ScriptedServer.json(200, ScriptedServer.answer("", "stop")));
        OpenAiModel model = model();
        assertEquals(
                List.of(new ScoredToken("10", -0.5, Map.of())),
                received(model.complete(start)).tokens());
        assertEquals(" \n", received(model.complete(start)).text());
        failure(FailureKind.TRUNCATED, model.complete(start));
        failure(FailureKind.UNPARSABLE, model.complete(start));
        assertNotEquals(REQUEST.key("judge"), start.key("judge"));
    }

    @Test
    void reportsAnAnswerAtTheLimitOfTokensAsTruncated() {
        server.then(ScriptedServer.json(200, ScriptedServer.answer("[EXPLANATION]: words about", "length")));
        failure(FailureKind.TRUNCATED, model().complete(REQUEST));
        assertEquals(1, server.seen().size());
        assertEquals(new TokenUsage(999, 3), budget.usage());
    }

    @Test
    void reportsRefusalsAndFilters() {
        ObjectNode refusal = ScriptedServer.answer("");
        ((ObjectNode) refusal.at("/choices/0/message")).put("refusal", "I cannot help with that.");
        server.then(
                ScriptedServer.json(200, refusal),
                ScriptedServer.json(200, ScriptedServer.answer("", "content_filter")),
                ScriptedServer.error(400, "content_filter", "filtered"),
                ScriptedServer.error(403, "", "Your input was flagged by moderation"));
        failure(FailureKind.REFUSAL, model().complete(REQUEST));
        failure(FailureKind.CONTENT_FILTER, model().complete(REQUEST));
        failure(FailureKind.CONTENT_FILTER, model().complete(REQUEST));
        failure(FailureKind.CONTENT_FILTER, model().complete(REQUEST));
        assertEquals(4, server.seen().size());
    }

    @Test
    void findsTheErrorObjectOfAResponseWithStatus200() {
        server.then(ScriptedServer.error(200, "provider_error", "the provider returned an error"));
        assertHolds(failure(FailureKind.HTTP, model().complete(REQUEST)), "the provider returned an error");
        assertEquals(1, server.seen().size());
        ObjectNode limited = Json.mapper().createObjectNode();
        limited.putObject("error").put("code", 429).put("message", "rate limited upstream");
        server.then(ScriptedServer.json(200, limited));
        assertEquals(2, received(model().complete(REQUEST)).tries());
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void stopsWhenTheKeyIsRejected(int status) {
        server.otherwise(ScriptedServer.error(status, "invalid_api_key", "Incorrect API key provided: " + KEY));
        String sentence = stopped(model());
        assertHolds(sentence, "ASSAY_API_KEY");
        assertHolds(sentence, "***");
        assertEquals(1, server.seen().size());
    }

    @Test
    void stopsWithTheNameOfTheVariableWhenAKeyIsRequired() {
        server.otherwise(ScriptedServer.error(401, "", "missing key"));
        assertHolds(
                stopped(builder().environment(Map.of()).build()),
                "requires a key (401: missing key); set the environment variable ASSAY_API_KEY");
    }

    @Test
    void stopsWhenTheAccountHasNoCredit() {
        server.otherwise(ScriptedServer.error(429, "insufficient_quota", "You exceeded your current quota"));
        assertHolds(stopped(model()), "no credit left");
        server.otherwise(ScriptedServer.error(402, "", "Insufficient credits"));
        assertHolds(stopped(model()), "no credit left");
        assertEquals(2, server.seen().size());
    }

    @Test
    void stopsWhenTheModelDoesNotExist() {
        server.otherwise(ScriptedServer.error(404, "model_not_found", "no such model"));
        assertHolds(stopped(model()), "has no model \"judge\"");
    }

    @Test
    void stopsAtARedirectWithoutFollowingIt() throws IOException {
        try (ScriptedServer other = new ScriptedServer()) {
            server.otherwise(
                    ScriptedServer.text(307, "", Map.of("Location", other.address() + "/v1/chat/completions")));
            assertHolds(stopped(model()), "redirects to \"" + other.address());
            assertEquals(List.of(), other.seen());
        }
    }

    @Test
    void stopsAfterConsecutiveFailedRequests() {
        server.otherwise(ScriptedServer.error(500, "", "oops"));
        OpenAiModel model =
                builder().limits(limits(Duration.ofSeconds(20), 1, 3)).build();
        failure(FailureKind.HTTP, model.complete(REQUEST));
        failure(FailureKind.HTTP, model.complete(REQUEST));
        UncheckedIOException stop = assertThrows(UncheckedIOException.class, () -> model.complete(REQUEST));
        assertHolds(stop.getCause().getMessage(), "the last 3 requests failed");
        server.then(ScriptedServer.json(200, ScriptedServer.answer("ok")));
        received(model.complete(REQUEST));
        failure(FailureKind.HTTP, model.complete(REQUEST));
    }

    @Test
    void waitsWithoutUsingUpTriesWhileTheServerLoadsItsModel() {
        for (int i = 0; i < 20; i++) {
            server.then(ScriptedServer.error(503, "", "Loading model"));
        }
        assertEquals(1, received(model().complete(REQUEST)).tries());
        assertEquals(20, clock.pauses().size());
    }

    @Test
    void stopsWhenTheBudgetIsUsedUp() {
        OpenAiModel model = builder().budget(new Budget(2, 10_000)).build();
        received(model.complete(REQUEST));
        received(model.complete(REQUEST));
        assertHolds(stopped(model), "the budget of 2 requests is used up");
        assertHolds(stopped(builder().budget(new Budget(9, 40)).build()), "the budget of 40 tokens is used up");
        assertEquals(2, server.seen().size());
    }

    @Test
    void removesReasoning() {
        ObjectNode separate = ScriptedServer.answer("no");
        ((ObjectNode) separate.at("/choices/0/message")).put("reasoning_content", "yes? {\"labels\": [1]}");
        server.then(
                ScriptedServer.json(200, ScriptedServer.answer("<think>yes, no, yes</think>\n\nno")),
                ScriptedServer.json(200, ScriptedServer.answer("it could be yes </think> no")),
                ScriptedServer.json(200, separate),
                ScriptedServer.json(200, ScriptedServer.answer("<think>yes, no")));
        assertEquals("no", received(model().complete(REQUEST)).text());
        assertEquals("no", received(model().complete(REQUEST)).text());
        assertEquals("no", received(model().complete(REQUEST)).text());
        failure(FailureKind.UNPARSABLE, model().complete(REQUEST));
    }

    @Test
    void returnsTheLogProbabilitiesOfTheAnswerWithoutItsReasoning() {
        ObjectNode body = ScriptedServer.answer("<think>a 1?</think>\n01");
        ArrayNode tokens =
                ((ObjectNode) body.at("/choices/0")).putObject("logprobs").putArray("content");
        for (String token : List.of("<think>", "a", " 1", "?", "</think>", "\n", "0", "1")) {
            ObjectNode entry = tokens.addObject().put("token", token).put("logprob", -0.5);
            ArrayNode top = entry.putArray("top_logprobs");
            top.addObject().put("token", token).put("logprob", -0.5);
            top.addObject().put("token", "x").put("logprob", -2);
        }
        server.then(ScriptedServer.json(200, body));
        Completion answer = received(model().complete(REQUEST));
        assertEquals("01", answer.text());
        assertEquals(
                List.of(
                        new ScoredToken("0", -0.5, Map.of("0", -0.5, "x", -2.0)),
                        new ScoredToken("1", -0.5, Map.of("1", -0.5, "x", -2.0))),
                answer.tokens());
    }

    @Test
    void readsTheLogProbabilitiesOfAPrompt() {
        ObjectNode body = Json.mapper().createObjectNode();
        ObjectNode echoed = body.putArray("choices").addObject().putObject("logprobs");
        echoed.putArray("tokens").add("The").add(" cat").add("!").add(" more");
        echoed.putArray("token_logprobs").addNull().add(-1.5).add(-2.5).add(-9);
        ArrayNode top = echoed.putArray("top_logprobs");
        top.addNull();
        top.addObject().put(" cat", -1.5).put(" dog", -0.5);
        top.addObject().put("!", -2.5);
        top.addObject();
        server.then(ScriptedServer.json(200, body));
        Answer<PromptLogProbabilities> answer =
                builder().profile(ServerProfile.VLLM).build().score(new ScoreRequest("The cat!", 2));
        assertEquals(
                List.of(
                        new PromptLogProbabilities.PromptToken(
                                3, new ScoredToken(" cat", -1.5, Map.of(" cat", -1.5, " dog", -0.5))),
                        new PromptLogProbabilities.PromptToken(7, new ScoredToken("!", -2.5, Map.of("!", -2.5)))),
                ((Answer.Received<PromptLogProbabilities>) answer).value().tokens());
        assertEquals("/v1/completions", server.seen().get(0).path());
        failure(FailureKind.HTTP, model().score(new ScoreRequest("The cat!", 2)));
        assertEquals(1, server.seen().size());
    }

    @Test
    void hasNoKeyInSettings() {
        assertEquals(Map.of("server", server.address() + "/v1", "profile", "OTHER"), model().settings());
    }

    @Test
    void refusesAddressesWithSecrets() {
        for (String address : List.of("http://user:secret@localhost:1", "http://localhost:1/v1?key=secret")) {
            String sentence = assertThrows(InvalidInputException.class, () -> OpenAiModel.builder(address, "judge"))
                    .getMessage();
            assertFalse(sentence.contains("secret"), sentence);
        }
        assertThrows(InvalidInputException.class, () -> OpenAiModel.builder("localhost:8080", "judge"));
    }

    @Test
    void refusesAKeyWithWhiteSpaceWithoutShowingIt() {
        OpenAiModel.Builder builder = builder().environment(Map.of("ASSAY_API_KEY", "two words"));
        String sentence =
                assertThrows(InvalidInputException.class, builder::build).getMessage();
        assertHolds(sentence, "ASSAY_API_KEY");
        assertFalse(sentence.contains("two words"), sentence);
    }
}
