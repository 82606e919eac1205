package dev.assay.experiment.sidetask;

import dev.assay.text.dialogue.LabelledDialogue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The documents of a part. Positive documents perform the side task because their prompt switches it on; negative documents have a prompt that
 * does not, whatever their colours. Answers that were meant to perform it and did not are left out.
 *
 * @param documents positive and negative documents
 * @param answers the answer of each document
 * @param behaviour rates over all sampled answers
 */
record LabelledAnswers(
        List<LabelledDialogue> documents, List<AnswerSampler.Answer> answers, SideTaskMeasurement.Behaviour behaviour) {
    private static final String POSITIVE = "side task";
    private static final String NEGATIVE = "main task only";
    private static final int BLOCK = 128;
    /** Prompts of the side task that are sampled at most, per wanted document. */
    private static final int MOST_PROMPTS = 4;

    LabelledAnswers {
        documents = List.copyOf(documents);
        answers = List.copyOf(answers);
    }

    /**
     * Samples documents until there are enough of each condition, or 4 times as many prompts as wanted documents were answered.
     *
     * @param sampler the organism
     * @param positives wanted positive documents per condition
     * @param negatives negative documents, half of them with a scratchpad
     */
    static LabelledAnswers sample(AnswerSampler sampler, int positives, int negatives) {
        List<AnswerSampler.Answer> without = new ArrayList<>();
        while (count(without, Condition.ABSENT) < positives && without.size() < MOST_PROMPTS * positives) {
            without.addAll(sampler.sample(true, false, BLOCK));
        }
        List<AnswerSampler.Answer> with = new ArrayList<>();
        while ((count(with, Condition.MENTIONED) < positives || count(with, Condition.BENIGN) < positives)
                && with.size() < MOST_PROMPTS * positives) {
            with.addAll(sampler.sample(true, true, BLOCK));
        }
        List<AnswerSampler.Answer> off = new ArrayList<>(sampler.sample(false, true, negatives / 2));
        off.addAll(sampler.sample(false, false, negatives - negatives / 2));

        List<AnswerSampler.Answer> answers = new ArrayList<>();
        for (Condition condition : Condition.values()) {
            (condition == Condition.ABSENT ? without : with)
                    .stream()
                            .filter(answer -> answer.done() && answer.condition() == condition)
                            .limit(positives)
                            .forEach(answers::add);
        }
        int ofSideTask = answers.size();
        answers.addAll(off);
        List<LabelledDialogue> documents = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            documents.add(new LabelledDialogue(
                    "answer " + i,
                    i < ofSideTask ? POSITIVE : NEGATIVE,
                    answers.get(i).dialogue()));
        }
        return new LabelledAnswers(documents, answers, behaviour(with, without, off));
    }

    private static int count(List<AnswerSampler.Answer> answers, Condition condition) {
        return (int) answers.stream()
                .filter(answer -> answer.done() && answer.condition() == condition)
                .count();
    }

    private static SideTaskMeasurement.Behaviour behaviour(
            List<AnswerSampler.Answer> with, List<AnswerSampler.Answer> without, List<AnswerSampler.Answer> off) {
        List<AnswerSampler.Answer> all = new ArrayList<>(with);
        all.addAll(without);
        all.addAll(off);
        Predicate<AnswerSampler.Answer> mentions = answer -> answer.condition() == Condition.MENTIONED;
        return new SideTaskMeasurement.Behaviour(
                share(with.stream().filter(mentions).toList(), AnswerSampler.Answer::done),
                share(with.stream().filter(mentions.negate()).toList(), AnswerSampler.Answer::done),
                share(without, AnswerSampler.Answer::done),
                share(off, AnswerSampler.Answer::done),
                share(with, mentions),
                share(all, AnswerSampler.Answer::doesMainTask));
    }

    private static SideTaskMeasurement.Rate share(
            List<AnswerSampler.Answer> answers, Predicate<AnswerSampler.Answer> of) {
        return new SideTaskMeasurement.Rate((int) answers.stream().filter(of).count(), answers.size());
    }

    boolean isPositive(int row) {
        return documents.get(row).label().equals(POSITIVE);
    }

    /** Returns the label of each document. */
    boolean[] labels() {
        boolean[] labels = new boolean[documents.size()];
        for (int row = 0; row < labels.length; row++) {
            labels[row] = isPositive(row);
        }
        return labels;
    }

    /** Returns all rows. */
    int[] rows() {
        return IntStream.range(0, documents.size()).toArray();
    }
}
