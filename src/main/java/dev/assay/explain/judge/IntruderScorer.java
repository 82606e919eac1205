package dev.assay.explain.judge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.ItemScorer;
import dev.assay.explain.Judge;
import dev.assay.explain.MarkedWindow;
import dev.assay.explain.Part;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.ScoredItem;
import dev.assay.explain.Stratum;
import dev.assay.explain.TextWindow;
import dev.assay.explain.Verdict;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.AnswerFormat;
import dev.assay.explain.llm.ChatMessage;
import dev.assay.explain.llm.ChatRequest;
import dev.assay.explain.llm.Completion;
import dev.assay.explain.llm.JsonInText;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.llm.RequestBatch;
import dev.assay.explain.measure.Highlighting;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Intruder detection by a language model: which of five texts does not belong to the others? Four are active windows of one decile with their
 * active tokens marked; the intruder is a silent window with marks at the positions of another active window. The explanation is not shown,
 * so the score is a property of the feature, not of its explanation. The values are the accuracy, and the chance level of 1 in 5.
 */
public final class IntruderScorer implements ItemScorer {
    /** The name of the scorer. */
    public static final String NAME = "llm-intruder";

    private static final int TEXTS = 5;
    private static final int MAX_TOKENS = 200;
    private static final String INDEX = "intruder";
    private static final String SYSTEM = """
            You get %d numbered texts in which some words are enclosed in << and >>. In all texts but one, the marked words \
            have something in common, such as their meaning, their spelling or the words before them. Find the text whose \
            marked words do not belong to the others.
            Answer with a JSON object such as {"%s": 3} with the number of the text, and nothing else.""".formatted(TEXTS, INDEX);

    private final LanguageModel model;
    private final long seed;

    /**
     * Creates the scorer.
     *
     * @param model the judge
     * @param seed the seed of the questions and of the answers
     */
    public IntruderScorer(LanguageModel model, long seed) {
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

    /**
     * A question.
     *
     * @param texts the texts with marks, in the order of the prompt
     * @param intruder the silent window with its marks
     * @param index the index of the intruder among the texts
     */
    private record Question(List<String> texts, MarkedWindow intruder, int index) {}

    @Override
    public FeatureScore score(Explanation explanation, FeatureExamples examples) {
        List<Question> questions = questions(examples);
        List<Verdict> verdicts = RequestBatch.send(model, questions, this::ask);
        return figures(
                examples.latent(),
                MarkedWindow.answered(questions.stream().map(Question::intruder).toList(), verdicts));
    }

    @Override
    public List<MarkedWindow> items(FeatureExamples examples) {
        return questions(examples).stream().map(Question::intruder).toList();
    }

    @Override
    public FeatureScore figures(int latent, List<ScoredItem> answered) {
        Map<FailureKind, Integer> failures = new EnumMap<>(FailureKind.class);
        int correct = 0;
        for (ScoredItem item : answered) {
            correct += item.isCorrect() ? 1 : 0;
            if (item.verdict() instanceof Verdict.Failed failed) {
                failures.merge(failed.kind(), 1, Integer::sum);
            }
        }
        int failed = failures.values().stream().mapToInt(Integer::intValue).sum();
        return new FeatureScore(
                latent,
                NAME,
                values(correct, answered.size() - failed),
                values(correct, answered.size()),
                answered.size(),
                failures,
                Set.of(),
                answered);
    }

    /**
     * Computes the score of a judge that names the same place in every question: the intruder is in each place with equal probability, so the
     * accuracy is exactly the chance level.
     */
    @Override
    public FeatureScore constant(FeatureExamples examples) {
        int questions = items(examples).size();
        return FeatureScore.complete(
                examples.latent(), NAME, questions == 0 ? Map.of() : values(1, TEXTS), questions, Set.of());
    }

    private static Map<ScoreMetric, Double> values(int correct, int items) {
        if (items == 0) {
            return Map.of();
        }
        double chance = 1.0 / TEXTS;
        double accuracy = (double) correct / items;
        return Map.of(
                ScoreMetric.ACCURACY, accuracy,
                ScoreMetric.CHANCE, chance,
                ScoreMetric.ABOVE_CHANCE, (accuracy - chance) / (1 - chance));
    }

    /** Returns as many questions per decile as it has disjoint groups of windows. */
    private List<Question> questions(FeatureExamples examples) {
        SplittableRandom random = new SplittableRandom(31 * seed + examples.latent());
        List<TextWindow> silent = examples.windows(Part.TEST, Stratum.NEGATIVE_RANDOM);
        List<TextWindow> active = examples.windows(Part.TEST, Stratum.DECILES);
        List<Question> questions = new ArrayList<>();
        for (Stratum decile : Stratum.DECILES) {
            List<TextWindow> windows = examples.windows(Part.TEST, decile);
            for (int start = 0;
                    start + TEXTS - 1 <= windows.size() && questions.size() < silent.size();
                    start += TEXTS - 1) {
                List<TextWindow> group = windows.subList(start, start + TEXTS - 1);
                List<TextWindow> others = active.stream()
                        .filter(window -> !group.contains(window))
                        .toList();
                TextWindow donor = (others.isEmpty() ? group : others)
                        .get(random.nextInt(others.isEmpty() ? group.size() : others.size()));
                questions.add(question(group, silent.get(questions.size()), donor, random.nextInt(TEXTS)));
            }
        }
        return questions;
    }

    private static Question question(List<TextWindow> group, TextWindow intruder, TextWindow donor, int index) {
        List<String> texts = new ArrayList<>();
        group.forEach(window -> texts.add(Highlighting.marked(window.tokens(), active(window))));
        boolean[] marks = new boolean[intruder.length()];
        for (int i = 0; i < donor.length(); i++) {
            if (donor.activation(i) > 0) {
                marks[Math.min(i, marks.length - 1)] = true;
            }
        }
        texts.add(index, Highlighting.marked(intruder.tokens(), marks));
        return new Question(texts, new MarkedWindow(intruder, marks, true), index);
    }

    private static boolean[] active(TextWindow window) {
        boolean[] active = new boolean[window.length()];
        for (int i = 0; i < active.length; i++) {
            active[i] = window.activation(i) > 0;
        }
        return active;
    }

    private Verdict ask(Question question) {
        StringBuilder prompt = new StringBuilder();
        for (int i = 0; i < TEXTS; i++) {
            prompt.append("Text ").append(i + 1).append(":\n");
            prompt.append(question.texts().get(i)).append("\n\n");
        }
        ChatRequest request = new ChatRequest(
                List.of(
                        ChatMessage.system(SYSTEM),
                        ChatMessage.user(prompt.toString().strip())),
                ChatRequest.Settings.greedy(MAX_TOKENS, seed),
                AnswerFormat.integer(INDEX, 1, TEXTS));
        Answer<Integer> answer = model.complete(request).then(IntruderScorer::index);
        return answer instanceof Answer.Received<Integer> received
                ? Verdict.of(received.value() == question.index() + 1)
                : Verdict.failed(((Answer.Failed<Integer>) answer).kind());
    }

    /** Returns the number of a text in an answer. */
    private static Answer<Integer> index(Completion completion) {
        Optional<JsonInText.Found> found = JsonInText.object(completion.text());
        JsonNode number = found.isEmpty() ? null : found.get().value().get(INDEX);
        if (number == null || !number.isIntegralNumber()) {
            return Answer.failed(
                    FailureKind.UNPARSABLE,
                    "the answer \"" + ListedNumbers.brief(completion.text()) + "\" has no number \"" + INDEX + "\"");
        }
        if (!number.canConvertToInt() || number.intValue() < 1 || number.intValue() > TEXTS) {
            return Answer.failed(
                    FailureKind.OUT_OF_RANGE,
                    "the answer names text " + ListedNumbers.brief(number.toString()) + ", expected 1 to " + TEXTS);
        }
        return Answer.received(number.intValue());
    }
}
