package dev.assay.explain.llm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.attach.NextTokenLoss;
import dev.assay.explain.FailureKind;
import dev.assay.model.HookedTransformer;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class InProcessModelTest {
    private static final String TEXT = "One day the fox went to the river. The fox said";

    private static HookedTransformer model;
    private static InProcessModel language;

    @BeforeAll
    static void load() throws IOException {
        model = HookedTransformer.load("assay/stories");
        language = InProcessModel.of(model, ChatTemplate.PLAIN);
    }

    @AfterAll
    static void close() {
        language.close();
        model.close();
    }

    /** Returns a template that adds nothing, and ends answers at a text. */
    private static InProcessModel untilText(String stop) {
        ChatTemplate bare = new ChatTemplate(
                "bare",
                Map.of(ChatMessage.Role.SYSTEM, "", ChatMessage.Role.USER, "", ChatMessage.Role.ASSISTANT, ""),
                "",
                stop);
        return InProcessModel.of(model, bare);
    }

    private static ChatRequest continuing(String text, int tokens, int top) {
        return new ChatRequest(
                List.of(ChatMessage.user(text)),
                ChatRequest.Settings.greedy(tokens, 0).withTopLogProbabilities(top),
                AnswerFormat.text());
    }

    private static <T> T received(Answer<T> answer) {
        Answer.Received<?> received = assertInstanceOf(Answer.Received.class, answer, answer.toString());
        @SuppressWarnings("unchecked")
        T value = (T) received.value();
        return value;
    }

    private static void assertFails(FailureKind kind, Answer<?> answer) {
        Answer.Failed<?> failed = assertInstanceOf(Answer.Failed.class, answer, answer.toString());
        assertEquals(kind, failed.kind(), failed.reason());
    }

    private int[] withBos() {
        int[] ids = model.tokenizer().encode(TEXT);
        if (!model.tokenizer().prependsBos()) {
            return ids;
        }
        int[] all = new int[ids.length + 1];
        all[0] = model.tokenizer().bosId();
        System.arraycopy(ids, 0, all, 1, ids.length);
        return all;
    }

    @Test
    void answersWithTheGreedyContinuationUpToTheStop() {
        int[] prompt = withBos();
        int[] generated = model.generate(prompt, 40);
        String whole = String.join(
                "", model.tokenizer().detokenizer().excerpt(generated, prompt.length, generated.length, at -> at == 0));
        int stop = whole.indexOf('.');
        assertTrue(stop > 0, whole);
        Completion answer = received(untilText(".").complete(continuing(TEXT, 40, 3)));
        assertEquals(whole.substring(0, stop).strip(), answer.text());
        assertEquals(prompt.length, answer.usage().promptTokens());
        assertEquals("assay/stories", answer.servedBy());
    }

    @Test
    void returnsTheLogProbabilitiesOfTheAnswer() {
        Completion answer = received(untilText(".").complete(continuing(TEXT, 40, 3)));
        int[] prompt = withBos();
        int[] all = model.generate(prompt, answer.tokens().size());
        double[] losses;
        try (Scope scope = Scope.open()) {
            NDArray tokens = model.manager()
                    .create(Arrays.stream(all).asLongStream().toArray())
                    .reshape(1, -1);
            losses = NextTokenLoss.inFloat64(
                    NextTokenLoss.predictions(model.forward(tokens)), NextTokenLoss.targets(tokens));
        }
        double[] expected = Arrays.stream(Arrays.copyOfRange(losses, prompt.length - 1, losses.length))
                .map(loss -> -loss)
                .toArray();
        double[] returned = answer.tokens().stream()
                .mapToDouble(ScoredToken::logProbability)
                .toArray();
        assertArrayEquals(expected, returned, 1e-4);
        for (ScoredToken token : answer.tokens()) {
            assertEquals(3, token.top().size());
            // The greedy token is the most probable one.
            assertEquals(token.logProbability(), token.top().get(token.text()), 0);
        }
    }

    @Test
    void scoresTheTokensOfATextLikeAForwardPass() {
        PromptLogProbabilities scored = received(language.score(new ScoreRequest(TEXT, 1024)));
        int[] ids = withBos();
        double[] losses;
        double[] sums;
        try (Scope scope = Scope.open()) {
            NDArray tokens = model.manager()
                    .create(Arrays.stream(ids).asLongStream().toArray())
                    .reshape(1, -1);
            NDArray logits = NextTokenLoss.predictions(model.forward(tokens));
            losses = NextTokenLoss.inFloat64(logits, NextTokenLoss.targets(tokens));
            sums = logits.toType(DataType.FLOAT64, false)
                    .logSoftmax(1)
                    .exp()
                    .sum(new int[] {1})
                    .toDoubleArray();
        }
        assertEquals(losses.length, scored.tokens().size());
        for (int i = 0; i < losses.length; i++) {
            ScoredToken token = scored.tokens().get(i).scored();
            assertEquals(-losses[i], token.logProbability(), 1e-4);
            double sum = token.top().values().stream().mapToDouble(Math::exp).sum();
            assertEquals(sums[i], sum, 1e-6, "all tokens of the vocabulary are candidates");
            assertTrue(token.top().containsKey(token.text()), token.text());
        }
    }

    @Test
    void statesWhereEachTokenStartsInTheText() {
        PromptLogProbabilities scored = received(language.score(new ScoreRequest(TEXT, 0)));
        for (PromptLogProbabilities.PromptToken token : scored.tokens()) {
            assertTrue(TEXT.startsWith(token.scored().text(), token.start()), token.toString());
            assertEquals(Map.of(), token.scored().top());
        }
        PromptLogProbabilities.PromptToken last =
                scored.tokens().get(scored.tokens().size() - 1);
        assertEquals(TEXT.length(), last.start() + last.scored().text().length());
        String joined =
                scored.tokens().stream().map(token -> token.scored().text()).collect(Collectors.joining());
        assertTrue(TEXT.endsWith(joined));
    }

    @Test
    void failsAtTheLimitOfTokensAndOfTheContext() {
        assertFails(FailureKind.TRUNCATED, untilText("#").complete(continuing(TEXT, 5, 0)));
        assertFails(FailureKind.TRUNCATED, untilText(".").complete(continuing(TEXT, 127, 0)));
        assertFails(FailureKind.TRUNCATED, language.score(new ScoreRequest(TEXT.repeat(20), 0)));
    }

    @Test
    void equalSeedsDrawEqualAnswers() {
        ChatRequest request = new ChatRequest(
                List.of(ChatMessage.user(TEXT)), new ChatRequest.Settings(60, 1, 11, 0), AnswerFormat.text());
        InProcessModel sentences = untilText(".");
        assertEquals(sentences.complete(request), sentences.complete(request));
    }

    @Test
    void answersDoNotDependOnEarlierRequests() throws InterruptedException {
        List<String> texts = List.of(
                TEXT.repeat(5) + " that", TEXT.repeat(5) + " to the bird that", TEXT, TEXT.repeat(6), TEXT.repeat(5));
        try (InProcessModel shared = untilText(".")) {
            Map<String, List<Answer<?>>> found = new ConcurrentHashMap<>();
            List<Thread> threads = new ArrayList<>();
            for (String text : texts) {
                threads.add(new Thread(() -> found.put(
                        text,
                        List.of(
                                shared.complete(continuing(text, 40, 3)),
                                shared.score(new ScoreRequest(text, 5)),
                                shared.complete(continuing(text, 40, 3))))));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            for (String text : texts) {
                try (InProcessModel fresh = untilText(".")) {
                    Answer<Completion> completed = fresh.complete(continuing(text, 40, 3));
                    assertEquals(
                            List.of(completed, fresh.score(new ScoreRequest(text, 5)), completed), found.get(text));
                }
            }
        }
    }

    @Test
    void namesItsWeightsInTheSettings() {
        assertEquals(model.hash(), language.settings().get("weights"));
        assertEquals("plain", language.settings().get("template"));
    }

    @Test
    void refusesAModelWithoutATokenizer() {
        try (HookedTransformer bare = HookedTransformer.random(model.config(), 1, Device.cpu())) {
            assertThrows(InvalidInputException.class, () -> InProcessModel.of(bare, ChatTemplate.PLAIN));
        }
    }

    @Test
    void writesConversationsInTheFormOfATemplate() {
        List<ChatMessage> messages = List.of(ChatMessage.system("Be brief."), ChatMessage.user("Hi"));
        assertEquals(
                "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
                ChatTemplate.CHATML.prompt(messages));
        assertEquals("Be brief.\n\nQuestion: Hi\n\nAnswer:", ChatTemplate.PLAIN.prompt(messages));
    }
}
