package dev.assay.explain.judge;

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
import dev.assay.explain.llm.Completion;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.llm.RequestBatch;
import dev.assay.explain.llm.ScoredToken;
import dev.assay.explain.measure.ActivationLevels;
import dev.assay.explain.measure.ActivationText;
import dev.assay.explain.measure.ExpectedLevel;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one-at-a-time simulator of OpenAI's neuron explainer: one completion per token, which shows the earlier tokens of the window with the
 * levels simulated for them. The expected level is read from the log-probabilities at the first token of the answer. {@link EchoSimulator}
 * approximates it with one request per window, in which earlier levels are unknown. A window of n tokens costs n requests.
 *
 * <p>Earlier levels are rounded to integers. A position without a candidate has the level 0, as in the original; a window without any
 * candidate is a failure, and so is a window with a failed request. Needs {@link Ability#LOG_PROBABILITIES}.
 */
public final class SequentialSimulator implements Simulator {
    /** The name of the instrument. */
    public static final String NAME = "one-at-a-time";

    private static final int TOP = 15;
    /** Tokenizers with one token per digit write 10 as two tokens. */
    private static final int ANSWER_TOKENS = 2;

    private static final String INTRODUCTION = """
            A feature of a language model is a number from 0 to 10 that is computed for every token of a text. It is 0 on most tokens.
            For each feature, a description and the tokens of texts with their values follow, each token with a tab and its value.
            Answer with the value of the last token of the last text, which is missing: an integer from 0 to 10, and nothing else.
            """;

    private final LanguageModel model;
    private final List<FewShot> fewShots;
    private final long seed;

    private SequentialSimulator(LanguageModel model, List<FewShot> fewShots, long seed) {
        this.model = model;
        this.fewShots = fewShots;
        this.seed = seed;
    }

    /**
     * Creates the simulator.
     *
     * @param model returns log-probabilities of answers
     * @param seed the seed of the answers
     * @return the simulator {@value #NAME}
     * @throws dev.assay.InvalidInputException if the model returns none
     */
    public static SequentialSimulator of(LanguageModel model, long seed) {
        return of(model, FewShot.all(), seed);
    }

    /** Creates a simulator with given examples. */
    static SequentialSimulator of(LanguageModel model, List<FewShot> fewShots, long seed) {
        model.require(Ability.LOG_PROBABILITIES, NAME);
        return new SequentialSimulator(model, fewShots, seed);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Judge judge() {
        return new Judge(NAME, model.name());
    }

    @Override
    public List<Simulated> simulate(Explanation explanation, List<TextWindow> windows) {
        return RequestBatch.send(model, windows, window -> simulate(explanation, window));
    }

    private Simulated simulate(Explanation explanation, TextWindow window) {
        ChatMessage examples = ChatMessage.system(examples());
        StringBuilder history = new StringBuilder(FewShot.heading(fewShots.size() + 1, explanation.text()));
        history.append("\n<start>\n");
        float[] levels = new float[window.length()];
        Optional<Simulated> failure = Optional.empty();
        int answered = 0;
        for (int i = 0; i < levels.length; i++) {
            history.append(window.tokens().get(i)).append('\t');
            Answer<Completion> answer = model.complete(new ChatRequest(
                    List.of(examples, ChatMessage.user(history.toString())),
                    ChatRequest.Settings.greedy(ANSWER_TOKENS, seed).withTopLogProbabilities(TOP),
                    AnswerFormat.start()));
            if (answer instanceof Answer.Failed<Completion> failed) {
                return new Simulated.Failed(failed.kind(), failed.reason());
            }
            List<ScoredToken> tokens =
                    ((Answer.Received<Completion>) answer).value().tokens();
            if (tokens.isEmpty()) {
                // The requests of the other tokens are still sent, so that a dry run counts them.
                failure = Optional.of(new Simulated.Failed(
                        FailureKind.UNPARSABLE,
                        "the answer at token " + (i + 1) + " has no log-probabilities, expected those of " + NAME));
            } else {
                ExpectedLevel level = ExpectedLevel.of(tokens.get(0).top(), ExpectedLevel.Spelling.ADDED);
                answered += level.answered() ? 1 : 0;
                levels[i] = (float) withTen(level, tokens);
            }
            history.append(Math.round(levels[i])).append('\n');
        }
        if (failure.isPresent()) {
            return failure.get();
        }
        return answered == 0
                ? new Simulated.Failed(
                        FailureKind.UNPARSABLE,
                        "none of the levels 0 to 10 is among the most probable tokens at any position")
                : new Simulated.Values(levels);
    }

    /** Returns the expected level, where a token 1 that a 0 follows is the beginning of 10. */
    private static double withTen(ExpectedLevel level, List<ScoredToken> tokens) {
        boolean followed = tokens.size() > 1 && tokens.get(0).text().strip().equals("1");
        double zero = 0;
        for (Map.Entry<String, Double> next : followed
                ? tokens.get(1).top().entrySet()
                : Map.<String, Double>of().entrySet()) {
            zero += next.getKey().startsWith("0") ? Math.exp(next.getValue()) : 0;
        }
        double ten = level.probabilities().getOrDefault(1, 0.0) * Math.min(1, zero);
        return level.value() + ten * (ActivationLevels.LARGEST - 1);
    }

    private String examples() {
        StringBuilder text = new StringBuilder(INTRODUCTION);
        for (int i = 0; i < fewShots.size(); i++) {
            FewShot example = fewShots.get(i);
            text.append(example.heading(i + 1));
            text.append(ActivationText.all(example.records()));
        }
        return text.toString();
    }
}
