package dev.assay.explain.judge;

import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.FuzzingItems;
import dev.assay.explain.ItemScorer;
import dev.assay.explain.Judge;
import dev.assay.explain.MarkedWindow;
import dev.assay.explain.Part;
import dev.assay.explain.ScoredItem;
import dev.assay.explain.Verdict;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.measure.Highlighting;
import dev.assay.explain.score.ItemScores;
import java.util.List;

/**
 * Fuzzing by a language model: given the description, in which of five texts are the marked tokens those on which the feature is active? By
 * default the wrong marks are inside active windows, see {@link FuzzingItems#inActiveWindows}.
 */
public final class FuzzingScorer implements ItemScorer {
    /** The name of the scorer with wrong marks inside active windows. */
    public static final String NAME = "llm-fuzzing";

    /** The name of the scorer with wrong marks in silent windows, as in delphi by default. */
    public static final String NONACTIVATING = "llm-fuzz-nonactivating";

    private static final String SYSTEM = """
            A feature of a language model is active on some tokens of some texts. You get the description of a feature and \
            numbered texts in which some words are enclosed in << and >>. Decide for each text whether the right words are \
            marked: 1 if the marked words fit the description, 0 if other words are marked.""";

    private final LanguageModel model;
    private final LabelQuestions questions;
    private final String name;
    private final long seed;

    private FuzzingScorer(LanguageModel model, String name, long seed) {
        this.model = model;
        this.questions = new LabelQuestions(model, SYSTEM, seed);
        this.name = name;
        this.seed = seed;
    }

    /**
     * Creates the scorer with wrong marks inside active windows: only the marks reveal the answer.
     *
     * @param model the judge
     * @param seed the seed of the wrong marks, the order of the texts and the answers
     * @return the scorer {@value #NAME}
     */
    public static FuzzingScorer inActiveWindows(LanguageModel model, long seed) {
        return new FuzzingScorer(model, NAME, seed);
    }

    /**
     * Creates the scorer with wrong marks in silent windows. It can be solved without the marks; use it to compare with delphi.
     *
     * @param model the judge
     * @param seed the seed of the wrong marks, the order of the texts and the answers
     * @return the scorer {@value #NONACTIVATING}
     */
    public static FuzzingScorer inSilentWindows(LanguageModel model, long seed) {
        return new FuzzingScorer(model, NONACTIVATING, seed);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Judge judge() {
        return new Judge(name, model.name());
    }

    @Override
    public List<MarkedWindow> items(FeatureExamples examples) {
        return name.equals(NAME)
                ? FuzzingItems.inActiveWindows(examples, Part.TEST, seed)
                : FuzzingItems.inSilentWindows(examples, Part.TEST, seed);
    }

    @Override
    public FeatureScore figures(int latent, List<ScoredItem> answered) {
        return ItemScores.balanced(latent, name, answered);
    }

    @Override
    public FeatureScore score(Explanation explanation, FeatureExamples examples) {
        List<MarkedWindow> items = items(examples);
        List<Verdict> verdicts = questions.ask(
                explanation,
                examples.latent(),
                items.stream()
                        .map(item -> Highlighting.marked(item.window().tokens(), item.marks()))
                        .toList());
        return figures(examples.latent(), MarkedWindow.answered(items, verdicts));
    }
}
