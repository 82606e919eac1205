package dev.assay.explain.judge;

import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.Judge;
import dev.assay.explain.Simulated;
import dev.assay.explain.Simulator;
import dev.assay.explain.TextWindow;
import dev.assay.explain.llm.Ability;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.llm.PromptLogProbabilities;
import dev.assay.explain.llm.RequestBatch;
import dev.assay.explain.llm.ScoreRequest;
import dev.assay.explain.llm.ScoredToken;
import dev.assay.explain.measure.ActivationText;
import dev.assay.explain.measure.ExpectedLevel;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The all-at-once simulator of OpenAI's neuron explainer: every token of a window is followed by the word {@code unknown} in place of its
 * level, and the expected level is read from the log-probabilities of the prompt at these words. Candidates are exactly the texts 0 to 10.
 * One request per window.
 *
 * <p>A position without a candidate has the level 0, as in the original; a window without any candidate is a failure. Needs
 * {@link Ability#PROMPT_LOG_PROBABILITIES}: vLLM or a model of this process.
 */
public final class EchoSimulator implements Simulator {
    /** The name of the instrument. */
    public static final String NAME = "echo-unknown";

    private static final int TOP = 15;
    private static final String INTRODUCTION = """
            A feature of a language model is a number from 0 to 10 that is computed for every token of a text. It is 0 on most tokens.
            For each feature, a description and the tokens of texts with their values follow. Some values are not known.
            """;

    private final LanguageModel model;
    private final List<FewShot> fewShots;

    private EchoSimulator(LanguageModel model, List<FewShot> fewShots) {
        this.model = model;
        this.fewShots = fewShots;
    }

    /**
     * Creates the simulator.
     *
     * @param model returns log-probabilities of prompts
     * @return the simulator {@value #NAME}
     * @throws dev.assay.InvalidInputException if the model returns none
     */
    public static EchoSimulator of(LanguageModel model) {
        return of(model, FewShot.all());
    }

    /** Creates a simulator with given examples. */
    static EchoSimulator of(LanguageModel model, List<FewShot> fewShots) {
        model.require(Ability.PROMPT_LOG_PROBABILITIES, NAME);
        return new EchoSimulator(model, fewShots);
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
        StringBuilder prompt = new StringBuilder(INTRODUCTION);
        for (int i = 0; i < fewShots.size(); i++) {
            FewShot example = fewShots.get(i);
            int[] starts = example.records().stream()
                    .mapToInt(record -> record.tokens().size() / 2)
                    .toArray();
            prompt.append(example.heading(i + 1));
            prompt.append(ActivationText.knownFrom(example.records(), starts));
        }
        prompt.append(FewShot.heading(fewShots.size() + 1, explanation.text()));
        int section = prompt.length();
        prompt.append(ActivationText.unknown(List.of(window.tokens())));
        int[] positions = positions(prompt.substring(section), section, window);
        Answer<PromptLogProbabilities> answer = model.score(new ScoreRequest(prompt.toString(), TOP));
        if (answer instanceof Answer.Failed<PromptLogProbabilities> failed) {
            return new Simulated.Failed(failed.kind(), failed.reason());
        }
        return levels(((Answer.Received<PromptLogProbabilities>) answer).value(), positions);
    }

    /** Returns the position of the word after each token in the prompt, [tokens]. */
    private static int[] positions(String section, int offset, TextWindow window) {
        // Formats the records of the first tokens, so that tokens with tabs and line breaks cannot be mistaken for the
        // format.
        String start = ActivationText.unknown(List.of(List.of(""))).replaceFirst("(?s)\t.*", "");
        int[] positions = new int[window.length()];
        int at = start.length();
        for (int i = 0; i < positions.length; i++) {
            at += window.tokens().get(i).length() + 1;
            positions[i] = offset + at;
            at = section.indexOf('\n', at) + 1;
        }
        return positions;
    }

    private static Simulated levels(PromptLogProbabilities scored, int[] positions) {
        Map<Integer, ScoredToken> byStart = new TreeMap<>();
        scored.tokens().forEach(token -> byStart.put(token.start(), token.scored()));
        float[] levels = new float[positions.length];
        int answered = 0;
        for (int i = 0; i < positions.length; i++) {
            ScoredToken word = byStart.get(positions[i]);
            if (word == null) {
                return new Simulated.Failed(
                        FailureKind.UNPARSABLE,
                        "no token of the prompt starts at the word \"unknown\" of token " + (i + 1)
                                + ", expected a tokenizer that separates it from the tab");
            }
            ExpectedLevel level = ExpectedLevel.of(word.top(), ExpectedLevel.Spelling.EXACT);
            levels[i] = (float) level.value();
            answered += level.answered() ? 1 : 0;
        }
        return answered == 0
                ? new Simulated.Failed(
                        FailureKind.UNPARSABLE,
                        "none of the levels 0 to 10 is among the most probable tokens at any position")
                : new Simulated.Values(levels);
    }
}
