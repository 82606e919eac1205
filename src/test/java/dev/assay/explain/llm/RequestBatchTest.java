package dev.assay.explain.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RequestBatchTest {
    @TempDir
    private Path folder;

    private static ChatRequest ask(int number) {
        return new ChatRequest(
                List.of(ChatMessage.user("number " + number)), ChatRequest.Settings.greedy(50, 3), AnswerFormat.text());
    }

    private static List<ChatRequest> requests(int count) {
        return IntStream.range(0, count).mapToObj(RequestBatchTest::ask).toList();
    }

    private static OpenAiModel model(ScriptedServer server, Budget budget) {
        return OpenAiModel.builder(server.address(), "judge")
                .environment(Map.of())
                .clock(new ManualClock())
                .budget(budget)
                .concurrency(3)
                .build();
    }

    @Test
    void returnsConcurrentAnswersInTheOrderOfTheRequests() throws IOException {
        try (ScriptedServer server = new ScriptedServer()) {
            server.otherwise(ScriptedServer.answering(
                    request -> request.at("/messages/0/content").textValue() + "!"));
            OpenAiModel model = model(server, Budget.unlimited());
            List<String> texts = RequestBatch.send(
                    model,
                    requests(20),
                    request -> model.complete(request)
                            .then(answer -> Answer.received(answer.text()))
                            .toString());
            for (int i = 0; i < 20; i++) {
                assertTrue(texts.get(i).contains("number " + i + "!"), texts.get(i));
            }
        }
    }

    @Test
    void aStopKeepsTheAnswersOfRequestsInFlightAndSendsNoOthers() throws IOException {
        Path file = folder.resolve("requests.jsonl");
        try (ScriptedServer server = new ScriptedServer();
                CachedModel model = CachedModel.open(model(server, new Budget(5, 1_000_000)), file)) {
            String sentence = assertThrows(
                            InvalidInputException.class, () -> RequestBatch.send(model, requests(20), model::complete))
                    .getMessage();
            assertTrue(sentence.startsWith("the budget of 5 requests is used up"), sentence);
            assertEquals(5, server.seen().size());
            assertEquals(5, Files.readAllLines(file).size());
        }
    }

    @Test
    void anAllowanceForReasoningIsPartOfTheKey() {
        ScriptedModel model = ScriptedModel.answering(request -> ScriptedModel.text("ok"));
        LanguageModel larger = ReasoningAllowance.of(model, 1000);
        larger.complete(ask(1));
        ChatRequest sent = model.asked().get(0);
        assertEquals(1050, sent.settings().maxTokens());
        assertEquals(ask(1).messages(), sent.messages());
        assertEquals(Map.of("reasoningTokens", "1000"), larger.settings());
    }
}
