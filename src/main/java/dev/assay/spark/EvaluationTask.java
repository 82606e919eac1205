package dev.assay.spark;

import dev.assay.evaluate.ActivationMean;
import dev.assay.evaluate.Evaluation;
import dev.assay.evaluate.EvaluationSums;
import dev.assay.evaluate.EvaluationUnits;
import dev.assay.model.HookedTransformer;
import dev.assay.provenance.LeftOutTokens;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.ContextRange;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TextPosition;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures units of an evaluation, one result per unit: means in the first pass, sums in the second.
 *
 * @param options the options of the evaluation
 * @param subject the model and the dictionary
 * @param tasks the units of each task
 * @param mean the mean of all units; {@link ActivationMean#NONE} in the first pass
 * @param pass 1 or 2
 * @param rate receives the progress
 */
record EvaluationTask(
        Options options, RunSubject subject, List<List<Unit>> tasks, ActivationMean mean, int pass, TokenRate rate)
        implements TaskWork {
    /**
     * A unit of work.
     *
     * @param contexts the contexts of the plan
     * @param read those of them that the text has
     * @param before a position at or before the first of them
     */
    record Unit(ContextRange contexts, ContextRange read, TextPosition before) implements Serializable {}

    /**
     * The options that decide the figures.
     *
     * @param tokens the number of tokens
     * @param split the documents
     * @param leftOut the tokens that are left out
     */
    record Options(long tokens, Split split, LeftOutTokens leftOut) implements Serializable {
        Evaluation evaluation(HookedTransformer model, SparseAutoencoder sae, Corpus corpus) {
            return Evaluation.of(model, sae, corpus).split(split).tokens(tokens).leavingOut(leftOut);
        }
    }

    @Override
    public List<String> run(int task, TaskText text) throws IOException {
        List<String> results = new ArrayList<>();
        try (RunSubject.Opened opened = subject.open()) {
            Corpus corpus = text.corpus(opened.model().tokenizer());
            try (EvaluationUnits units = options.evaluation(opened.model(), opened.dictionary(), corpus)
                    .units()) {
                for (Unit unit : tasks.get(task)) {
                    long start = System.nanoTime();
                    try (ContextReader reader =
                            corpus.partition(unit.read(), unit.before()).read(options.split())) {
                        results.add(SerializedText.write(
                                pass == 1
                                        ? units.mean(unit.contexts(), reader)
                                        : units.sums(unit.contexts(), reader, mean)));
                    }
                    rate.add(unit.read().size() * corpus.contextLength(), System.nanoTime() - start);
                }
            }
        }
        return results;
    }

    static List<ActivationMean> means(List<String> results) throws IOException {
        List<ActivationMean> means = new ArrayList<>();
        for (String result : results) {
            means.add(SerializedText.read(result, ActivationMean.class));
        }
        return means;
    }

    static EvaluationSums sums(String result) throws IOException {
        return SerializedText.read(result, EvaluationSums.class);
    }
}
