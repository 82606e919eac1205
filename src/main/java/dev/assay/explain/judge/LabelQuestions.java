package dev.assay.explain.judge;

import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.Verdict;
import dev.assay.explain.llm.Ability;
import dev.assay.explain.llm.Answer;
import dev.assay.explain.llm.AnswerFormat;
import dev.assay.explain.llm.ChatMessage;
import dev.assay.explain.llm.ChatRequest;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.llm.RequestBatch;
import dev.assay.explain.measure.YesNoProbability;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/** Questions with several texts, answered by a JSON list with one 0 or 1 per text. The order of the texts is random. */
final class LabelQuestions {
    /** The texts of a question. */
    static final int TEXTS = 5;

    private static final String LIST = "labels";
    private static final int TOP = 20;
    private static final int MAX_TOKENS = 200;

    private final LanguageModel model;
    private final String system;
    private final long seed;

    /**
     * Creates questions.
     *
     * @param system what 0 and 1 mean
     */
    LabelQuestions(LanguageModel model, String system, long seed) {
        this.model = model;
        this.system = system + """

                Answer with a JSON object whose list "%s" has one entry for each text, in order, such as {"%s": [0, 1, 0, 0, 1]}, \
                and nothing else. Any number of the texts can fit, also none or all.""".formatted(LIST, LIST);
        this.seed = seed;
    }

    /**
     * Asks about texts.
     *
     * @param explanation the description
     * @param latent the latent whose texts they are; part of the seed of the order
     * @param texts the texts
     * @return one answer or failure per text, in order; a failed question fails for each of its texts
     */
    List<Verdict> ask(Explanation explanation, int latent, List<String> texts) {
        int[] order = order(texts.size(), latent);
        List<int[]> questions = new ArrayList<>();
        for (int start = 0; start < order.length; start += TEXTS) {
            questions.add(Arrays.copyOfRange(order, start, Math.min(order.length, start + TEXTS)));
        }
        List<List<Verdict>> answers =
                RequestBatch.send(model, questions, question -> ask(explanation, texts, question));
        Verdict[] verdicts = new Verdict[texts.size()];
        for (int i = 0; i < questions.size(); i++) {
            for (int j = 0; j < questions.get(i).length; j++) {
                verdicts[questions.get(i)[j]] = answers.get(i).get(j);
            }
        }
        return List.of(verdicts);
    }

    private int[] order(int count, int latent) {
        SplittableRandom random = new SplittableRandom(31 * seed + latent);
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }

    private List<Verdict> ask(Explanation explanation, List<String> texts, int... question) {
        StringBuilder prompt = new StringBuilder("Description: the feature is active on ").append(explanation.text());
        for (int i = 0; i < question.length; i++) {
            prompt.append("\n\nText ").append(i + 1).append(":\n").append(texts.get(question[i]));
        }
        ChatRequest.Settings settings = ChatRequest.Settings.greedy(MAX_TOKENS, seed);
        ChatRequest request = new ChatRequest(
                List.of(ChatMessage.system(system), ChatMessage.user(prompt.toString())),
                model.abilities().contains(Ability.LOG_PROBABILITIES)
                        ? settings.withTopLogProbabilities(TOP)
                        : settings,
                AnswerFormat.integers(LIST, question.length, 0, 1));
        Answer<ListedNumbers> answer = model.complete(request)
                .then(completion -> ListedNumbers.parse(completion, LIST, question.length, 0, 1));
        return verdicts(answer, question.length);
    }

    private static List<Verdict> verdicts(Answer<ListedNumbers> answer, int count) {
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            verdicts.add(
                    answer instanceof Answer.Received<ListedNumbers> received
                            ? verdict(received.value(), i)
                            : failed(answer));
        }
        return verdicts;
    }

    private static Verdict failed(Answer<ListedNumbers> answer) {
        FailureKind kind = ((Answer.Failed<ListedNumbers>) answer).kind();
        return Verdict.failed(kind);
    }

    private static Verdict verdict(ListedNumbers listed, int index) {
        boolean positive = listed.numbers().get(index) == 1;
        if (listed.candidates().isEmpty()) {
            return Verdict.of(positive);
        }
        OptionalDouble probability =
                YesNoProbability.of(listed.candidates().get(index).logProbabilities(), YesNoProbability.Rule.EXACT);
        return probability.isPresent() ? Verdict.of(positive, probability.getAsDouble()) : Verdict.of(positive);
    }
}
