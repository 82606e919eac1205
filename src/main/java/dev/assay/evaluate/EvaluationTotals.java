package dev.assay.evaluate;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adds the sums of the units of an evaluation, in the order of the text, and computes the metrics. It needs neither model nor dictionary. */
public final class EvaluationTotals {
    private final List<String> names;
    private final String text;
    private final int vocabulary;
    private final List<DictionaryTotals> dictionaries = new ArrayList<>();
    private final PairedDifference meanRise = new PairedDifference();
    private final PairedDifference zeroRise = new PairedDifference();
    private long contexts;
    private long predicted;
    private double clean;

    /**
     * Creates totals of no unit.
     *
     * @param names the names of the baselines, in the order of {@link Evaluation#baseline}
     * @param text the description of the corpus, for errors
     * @param vocabulary the number of tokens that the model predicts
     */
    public EvaluationTotals(List<String> names, String text, int vocabulary) {
        this.names = List.copyOf(names);
        this.text = text;
        this.vocabulary = vocabulary;
        for (int i = 0; i <= names.size(); i++) {
            dictionaries.add(new DictionaryTotals());
        }
    }

    /**
     * Adds the next unit.
     *
     * @param unit its sums
     */
    public void add(EvaluationSums unit) {
        contexts += unit.contexts();
        predicted += unit.predicted();
        clean += unit.clean();
        meanRise.add(unit.mean());
        zeroRise.add(unit.zero());
        for (int i = 0; i < dictionaries.size(); i++) {
            dictionaries.get(i).add(unit.dictionaries().get(i));
        }
    }

    /**
     * Computes the metrics of all units.
     *
     * @return the reports of the dictionary and of each baseline
     * @throws InvalidInputException when the text has no context, or no token that the dictionary is for
     */
    public EvaluationTable table() {
        requireTokens(text, contexts, dictionaries.get(0).statistics.tokens());
        Map<String, EvaluationReport> others = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            others.put(names.get(i), report(dictionaries.get(i + 1)));
        }
        return new EvaluationTable(report(dictionaries.get(0)), others);
    }

    /** Checks that there is an activation to measure. */
    static void requireTokens(String text, long contexts, long tokens) {
        InvalidInputException.require(contexts > 0, () -> "no document of " + text + " is held out");
        InvalidInputException.require(
                tokens > 0,
                () -> text + " has only tokens that the dictionary was not trained on"
                        + " (metadata.exclude_special_tokens, metadata.seqpos_slice)");
    }

    private EvaluationReport report(DictionaryTotals totals) {
        ReconstructionStatistics statistics = totals.statistics;
        return new EvaluationReport(
                statistics.tokens(),
                statistics.explainedVariance(),
                statistics.meanSquaredError(),
                statistics.cosine(),
                statistics.normRatio(),
                statistics.relativeReconstructionBias(),
                totals.activations.l0(),
                totals.activations.l1(),
                totals.activations.deadShare(),
                new EvaluationReport.CrossEntropy(
                        clean / predicted,
                        totals.crossEntropy / predicted,
                        ablation(meanRise),
                        ablation(zeroRise),
                        Math.log(vocabulary)),
                totals.divergence / predicted,
                statistics.varianceOfFarthestPercent(),
                totals.sources.perFile());
    }

    private AblationLoss ablation(PairedDifference rise) {
        return new AblationLoss(clean / predicted + rise.mean(), rise.standardError());
    }

    /** The totals of one dictionary. */
    private static final class DictionaryTotals {
        private final ReconstructionStatistics statistics = new ReconstructionStatistics();
        private final SourceCounts sources = new SourceCounts();
        private ActivationSums activations;
        private double crossEntropy;
        private double divergence;

        void add(DictionarySums unit) {
            statistics.add(unit.reconstruction());
            sources.add(unit.sources());
            activations = activations == null ? unit.activations() : activations.plus(unit.activations());
            crossEntropy += unit.crossEntropy();
            divergence += unit.divergence();
        }
    }
}
