package dev.assay.explain.judge;

import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.Judge;
import dev.assay.explain.MarkedWindow;
import dev.assay.explain.Verdict;
import dev.assay.explain.llm.Ability;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.llm.RequestBatch;
import dev.assay.explain.llm.ScoreRequest;
import dev.assay.explain.measure.ActivationText.LevelledTokens;
import dev.assay.explain.measure.Surprisal;
import dev.assay.explain.score.WindowScorer;
import java.util.List;

/**
 * Surprisal: the mean loss of a window after an uninformative sentence minus its mean loss after the explanation, by a language model that
 * returns log-probabilities of prompts. The first token of the window is left out, as in delphi. The ranking figures (AUROC, AUPRC) need no
 * threshold; a window is predicted active if its gain is above 0.
 */
public final class SurprisalScorer implements WindowScorer {
    /** The name of the scorer. */
    public static final String NAME = "llm-surprisal";

    private static final String UNINFORMATIVE = "all kinds of words in all kinds of texts";

    private final LanguageModel model;
    private final String examplesOfOthers;

    /**
     * Creates the scorer.
     *
     * @param model a model with {@link Ability#PROMPT_LOG_PROBABILITIES}
     * @throws dev.assay.InvalidInputException if the model returns no log-probabilities of prompts
     */
    public SurprisalScorer(LanguageModel model) {
        this(model, FewShot.all());
    }

    /** Creates a scorer with given examples before each description. */
    SurprisalScorer(LanguageModel model, List<FewShot> fewShots) {
        model.require(Ability.PROMPT_LOG_PROBABILITIES, NAME);
        this.model = model;
        StringBuilder text = new StringBuilder();
        for (FewShot example : fewShots) {
            LevelledTokens record = example.records().get(0);
            text.append(heading(example.description()))
                    .append(String.join("", record.tokens()).strip())
                    .append("\n\n");
        }
        examplesOfOthers = text.toString();
    }

    private static String heading(String description) {
        return "A text with " + description + ":\n";
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
    public FeatureScore score(Explanation explanation, FeatureExamples examples) {
        List<MarkedWindow> items = items(examples);
        String informed = examplesOfOthers + heading(explanation.text());
        String uninformed = examplesOfOthers + heading(UNINFORMATIVE);
        List<Verdict> verdicts =
                RequestBatch.send(model, items, item -> verdict(item.window().text(), informed, uninformed));
        return figures(examples.latent(), MarkedWindow.answered(items, verdicts));
    }

    private Verdict verdict(String text, String informed, String uninformed) {
        Answer<Double> gain =
                losses(uninformed, text).then(without -> losses(informed, text).then(with -> gain(without, with)));
        return gain instanceof Answer.Received<Double> received
                ? Verdict.of(received.value() > 0, received.value())
                : Verdict.failed(((Answer.Failed<Double>) gain).kind());
    }

    private static Answer<Double> gain(double[] without, double[] with) {
        return without.length == with.length && with.length > 1
                ? Answer.received(Surprisal.gain(without, with))
                : Answer.failed(
                        FailureKind.WRONG_LENGTH,
                        "the text has " + with.length + " tokens after the explanation and " + without.length
                                + " without it, expected equal numbers of at least 2");
    }

    /** Returns the losses of the tokens of a text after a prefix. */
    private Answer<double[]> losses(String prefix, String text) {
        return model.score(new ScoreRequest(prefix + text, 0))
                .then(scored -> Answer.received(scored.tokens().stream()
                        .filter(token -> token.start() >= prefix.length())
                        .mapToDouble(token -> -token.scored().logProbability())
                        .toArray()));
    }
}
