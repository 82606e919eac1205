package dev.assay.explain.judge;

import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.Judge;
import dev.assay.explain.MarkedWindow;
import dev.assay.explain.Verdict;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.score.WindowScorer;
import java.util.List;

/**
 * Detection by a language model: given the description, in which of five unmarked texts is the feature active? The windows represent the test
 * documents, so figures of the corpus are estimated with their weights.
 */
public final class DetectionScorer implements WindowScorer {
    /** The name of the scorer. */
    public static final String NAME = "llm-detection";

    private static final String SYSTEM = """
            A feature of a language model is active on some tokens of some texts. You get the description of a feature and \
            numbered texts. Decide for each text whether the feature is active anywhere in it: 1 if some word of the text \
            fits the description, 0 if none does.""";

    private final LanguageModel model;
    private final LabelQuestions questions;

    /**
     * Creates the scorer.
     *
     * @param model the judge
     * @param seed the seed of the order of the texts and of the answers
     */
    public DetectionScorer(LanguageModel model, long seed) {
        this.model = model;
        questions = new LabelQuestions(model, SYSTEM, seed);
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
        List<Verdict> verdicts = questions.ask(
                explanation,
                examples.latent(),
                items.stream().map(item -> item.window().text()).toList());
        return figures(examples.latent(), MarkedWindow.answered(items, verdicts));
    }
}
