package dev.assay.explain.judge;

import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.ItemScorer;
import dev.assay.explain.Judge;
import dev.assay.explain.MarkedWindow;
import dev.assay.explain.Part;
import dev.assay.explain.ScoredItem;
import dev.assay.explain.TextWindow;
import dev.assay.explain.Verdict;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.AnswerFormat;
import dev.assay.explain.llm.ChatMessage;
import dev.assay.explain.llm.ChatRequest;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.measure.IndexList;
import dev.assay.explain.measure.UnusableAnswerException;
import dev.assay.explain.saebench.SaeBenchAccuracy;
import dev.assay.explain.saebench.SaeBenchWindows;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * SAEBench's automatic interpretation by a language model: one question lists 14 unmarked windows of the test documents in random order (2
 * with the largest activations, 2 importance-weighted, 10 random), and the answer is the numbers of those in which the feature is active,
 * separated by commas, or {@code None}. An unusable answer fails for all windows.
 */
public final class SaeBenchScorer implements ItemScorer {
    /** The name of the scorer. */
    public static final String NAME = "llm-saebench";

    private static final int MAX_TOKENS = 80;
    private static final String SYSTEM = """
            A feature of a language model is active on some tokens of some texts. You get the description of a feature and \
            %1$d numbered texts in random order. Find the texts in which the feature is active on at least one word or part \
            of a word. Read the description broadly.
            Answer with the numbers of these texts, separated by commas, such as "2, 5, 9, 11", or with the word None if \
            there is no such text. Write nothing else.""";

    private final LanguageModel model;
    private final long seed;

    /**
     * Creates the scorer.
     *
     * @param model the judge
     * @param seed the seed of the windows, of their order and of the answers
     */
    public SaeBenchScorer(LanguageModel model, long seed) {
        this.model = model;
        this.seed = seed;
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
    public List<MarkedWindow> items(FeatureExamples examples) {
        return SaeBenchAccuracy.shuffled(
                        SaeBenchWindows.draw(examples, Part.TEST, SaeBenchWindows.Counts.JUDGE, seed),
                        examples.latent(),
                        seed)
                .stream()
                .map(MarkedWindow::unmarked)
                .toList();
    }

    @Override
    public FeatureScore figures(int latent, List<ScoredItem> answered) {
        return SaeBenchAccuracy.of(latent, NAME, answered);
    }

    /** Computes the score of a judge that always answers {@code None}, which is SAEBench's floor. */
    @Override
    public FeatureScore constant(FeatureExamples examples) {
        Verdict none = Verdict.of(false);
        return figures(
                examples.latent(),
                items(examples).stream().map(item -> item.answered(none)).toList());
    }

    @Override
    public FeatureScore score(Explanation explanation, FeatureExamples examples) {
        List<MarkedWindow> items = items(examples);
        List<TextWindow> windows = items.stream().map(MarkedWindow::window).toList();
        Answer<Set<Integer>> answer = model.complete(request(explanation, windows))
                .then(completion -> named(completion.text(), windows.size()));
        List<Verdict> verdicts = IntStream.rangeClosed(1, windows.size())
                .mapToObj(number -> verdict(answer, number))
                .toList();
        return figures(examples.latent(), MarkedWindow.answered(items, verdicts));
    }

    private ChatRequest request(Explanation explanation, List<TextWindow> windows) {
        StringBuilder question = new StringBuilder("Description: the feature is active on ")
                .append(explanation.text())
                .append("\n\nTexts:\n");
        for (int i = 0; i < windows.size(); i++) {
            // A text per line, so that line breaks of a text cannot be mistaken for the list.
            question.append('\n').append(i + 1).append(". ");
            question.append(windows.get(i).text().replace("\uFFFD", "").replace("\n", "↵"));
        }
        return new ChatRequest(
                List.of(ChatMessage.system(SYSTEM.formatted(windows.size())), ChatMessage.user(question.toString())),
                ChatRequest.Settings.greedy(MAX_TOKENS, seed),
                AnswerFormat.text());
    }

    private static Answer<Set<Integer>> named(String text, int windows) {
        try {
            return Answer.received(IndexList.parse(text, windows));
        } catch (UnusableAnswerException unusable) {
            FailureKind kind = unusable.kind() == UnusableAnswerException.Kind.OUT_OF_RANGE
                    ? FailureKind.OUT_OF_RANGE
                    : FailureKind.UNPARSABLE;
            return Answer.failed(kind, unusable.getMessage());
        }
    }

    private static Verdict verdict(Answer<Set<Integer>> answer, int number) {
        return answer instanceof Answer.Received<Set<Integer>> received
                ? Verdict.of(received.value().contains(number))
                : Verdict.failed(((Answer.Failed<Set<Integer>>) answer).kind());
    }
}
