package dev.assay.explain.judge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.Judge;
import dev.assay.explain.Simulated;
import dev.assay.explain.Simulator;
import dev.assay.explain.TextWindow;
import dev.assay.explain.llm.Ability;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.AnswerFormat;
import dev.assay.explain.llm.ChatMessage;
import dev.assay.explain.llm.ChatRequest;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.llm.RequestBatch;
import dev.assay.explain.measure.ActivationLevels;
import dev.assay.explain.measure.ExpectedLevel;
import java.util.List;

/**
 * Simulates activations with one question per window, answered by a JSON list with one level from 0 to 10 per token. Two instruments:
 * {@code json-hard} reads the levels as written; {@code json-logprob} reads the expected level from the log-probabilities at each level.
 * Both condition each level on the levels before it, unlike {@link EchoSimulator}, so their scores must not be compared with its scores.
 */
public final class JsonSimulator implements Simulator {
    /** The name of the instrument that reads the written levels. */
    public static final String HARD = "json-hard";

    /** The name of the instrument that reads expected levels. */
    public static final String EXPECTED = "json-logprob";

    private static final String LIST = "activations";
    private static final int TOP = 20;
    /** Tokens of an answer per level, with punctuation. */
    private static final int TOKENS_PER_LEVEL = 4;

    private static final String SYSTEM = """
            A feature of a language model is a number from 0 to 10 that is computed for every token of a text. You get the \
            description of a feature, and the tokens of a text as a JSON list. Predict the value of the feature at each \
            token: 0 where the description does not fit, up to 10 where it fits best. Most values are 0.
            Answer with a JSON object whose list "%s" has exactly one integer per token, in order, and nothing else.""".formatted(LIST);

    private final LanguageModel model;
    private final boolean expected;
    private final long seed;

    private JsonSimulator(LanguageModel model, boolean expected, long seed) {
        this.model = model;
        this.expected = expected;
        this.seed = seed;
    }

    /**
     * Creates a simulator that reads the written levels.
     *
     * @param model answers the questions
     * @param seed the seed of the answers
     * @return the simulator {@value #HARD}
     */
    public static JsonSimulator hard(LanguageModel model, long seed) {
        return new JsonSimulator(model, false, seed);
    }

    /**
     * Creates a simulator that reads expected levels.
     *
     * @param model answers the questions, with {@link Ability#LOG_PROBABILITIES}
     * @param seed the seed of the answers
     * @return the simulator {@value #EXPECTED}
     * @throws dev.assay.InvalidInputException if the model returns no log-probabilities
     */
    public static JsonSimulator expected(LanguageModel model, long seed) {
        model.require(Ability.LOG_PROBABILITIES, EXPECTED);
        return new JsonSimulator(model, true, seed);
    }

    @Override
    public String name() {
        return expected ? EXPECTED : HARD;
    }

    @Override
    public Judge judge() {
        return new Judge(name(), model.name());
    }

    @Override
    public List<Simulated> simulate(Explanation explanation, List<TextWindow> windows) {
        return RequestBatch.send(model, windows, window -> simulate(explanation, window));
    }

    private Simulated simulate(Explanation explanation, TextWindow window) {
        int length = window.length();
        Answer<ListedNumbers> answer = model.complete(request(explanation, window))
                .then(completion -> ListedNumbers.parse(completion, LIST, length, 0, ActivationLevels.LARGEST));
        if (answer instanceof Answer.Failed<ListedNumbers> failed) {
            return new Simulated.Failed(failed.kind(), failed.reason());
        }
        ListedNumbers listed = ((Answer.Received<ListedNumbers>) answer).value();
        if (expected && listed.candidates().isEmpty()) {
            return new Simulated.Failed(
                    FailureKind.UNPARSABLE,
                    "the answer has no log-probabilities at the levels, expected those of " + EXPECTED);
        }
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = expected ? level(listed, i) : listed.numbers().get(i);
        }
        return new Simulated.Values(values);
    }

    private ChatRequest request(Explanation explanation, TextWindow window) {
        ArrayNode tokens = JsonNodeFactory.instance.arrayNode();
        window.tokens().forEach(tokens::add);
        String question = "Description: the feature is active on " + explanation.text() + "\nNumber of tokens: "
                + window.length() + "\nTokens: " + tokens;
        ChatRequest.Settings settings = ChatRequest.Settings.greedy(100 + TOKENS_PER_LEVEL * window.length(), seed);
        return new ChatRequest(
                List.of(ChatMessage.system(SYSTEM), ChatMessage.user(question)),
                expected ? settings.withTopLogProbabilities(TOP) : settings,
                AnswerFormat.integers(LIST, window.length(), 0, ActivationLevels.LARGEST));
    }

    /** Returns the expected level; the written one if no level is among the most probable tokens. */
    private static float level(ListedNumbers listed, int index) {
        ListedNumbers.Candidates candidates = listed.candidates().get(index);
        ExpectedLevel level = ExpectedLevel.of(candidates.logProbabilities(), ExpectedLevel.Spelling.EXACT);
        if (!level.answered()) {
            return listed.numbers().get(index);
        }
        // A token 1 that a 0 follows is the beginning of 10.
        double ten = level.probabilities().getOrDefault(1, 0.0) * candidates.zeroAfterOne();
        return (float) (level.value() + ten * (ActivationLevels.LARGEST - 1));
    }
}
