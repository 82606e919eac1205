package dev.assay.evaluate.sweep;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.ModelActivationSource;
import dev.assay.activation.NormBoundedSource;
import dev.assay.activation.SiteSelection;
import dev.assay.evaluate.ActivationCounts;
import dev.assay.evaluate.Evaluation;
import dev.assay.evaluate.EvaluationTable;
import dev.assay.evaluate.ReconstructionStatistics;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.Dictionary;
import dev.assay.sae.Sites;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.Corpus;
import dev.assay.train.plan.SweepOutcome;
import dev.assay.train.plan.SweepResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Evaluation of all dictionaries of a sweep on the same tokens. Dictionaries of the same sites share forward passes of the model. */
public final class SweepEvaluation {
    private SweepEvaluation() {}

    /**
     * Evaluates the dictionaries in a model, on the held-out documents of a corpus.
     *
     * @param model the model that the dictionaries were trained on
     * @param corpus the text
     * @param result the trained members
     * @param tokens the number of tokens to read, rounded up to whole batches
     * @return one row per member, in member order
     * @throws IOException when the text cannot be read
     */
    public static List<SweepRow> run(HookedTransformer model, Corpus corpus, SweepResult result, long tokens)
            throws IOException {
        Map<String, SweepRow> rows = new LinkedHashMap<>();
        Map<Sites, List<SweepOutcome>> bySites = trained(result).stream()
                .collect(Collectors.groupingBy(outcome -> outcome.member().sites()));
        for (List<SweepOutcome> ofSites : bySites.values()) {
            measureInModel(model, corpus, ofSites, tokens, rows);
        }
        return inMemberOrder(result, rows);
    }

    /**
     * Evaluates reconstruction only, without a model.
     *
     * @param source the activations of all sites of the sweep
     * @param result the trained members
     * @param tokens the number of tokens to read, rounded up to whole batches; spread over all rows of an activation store
     * @return one row per member, in member order; metrics that need a model are null
     * @throws IOException when the activations cannot be read
     */
    public static List<SweepRow> run(ActivationSource source, SweepResult result, long tokens) throws IOException {
        Map<String, SweepRow> rows = new LinkedHashMap<>();
        List<SweepOutcome> trained = trained(result);
        if (!trained.isEmpty()) {
            measureReconstruction(withoutLeftOut(source, trained), trained, tokens, rows);
        }
        return inMemberOrder(result, rows);
    }

    private static List<SweepOutcome> trained(SweepResult result) {
        return result.outcomes().stream()
                .filter(outcome -> outcome.dictionary().isPresent())
                .toList();
    }

    private static List<SweepRow> inMemberOrder(SweepResult result, Map<String, SweepRow> rows) {
        return result.outcomes().stream()
                .map(outcome -> rows.getOrDefault(outcome.member().name(), SweepRow.stopped(outcome)))
                .toList();
    }

    private static void measureInModel(
            HookedTransformer model,
            Corpus corpus,
            List<SweepOutcome> outcomes,
            long tokens,
            Map<String, SweepRow> rows)
            throws IOException {
        SweepOutcome first = outcomes.get(0);
        Evaluation evaluation =
                Evaluation.of(model, first.dictionary().orElseThrow(), corpus).tokens(tokens);
        for (SweepOutcome other : outcomes.subList(1, outcomes.size())) {
            evaluation.baseline(other.member().name(), other.dictionary().orElseThrow());
        }
        EvaluationTable table = evaluation.table();
        rows.put(first.member().name(), SweepRow.measured(first, table.dictionary()));
        for (SweepOutcome other : outcomes.subList(1, outcomes.size())) {
            String name = other.member().name();
            rows.put(name, SweepRow.measured(other, table.others().get(name)));
        }
    }

    /** Leaves out the tokens that the members, which share their tokens, were trained without. */
    private static ActivationSource withoutLeftOut(ActivationSource source, List<SweepOutcome> trained) {
        Map<String, Double> largestNorms = new TreeMap<>();
        for (SweepOutcome outcome : trained) {
            largestNorms.putAll(outcome.dictionary().orElseThrow().metadata().largestNorms());
        }
        Integer first =
                trained.get(0).dictionary().orElseThrow().metadata().positions().start();
        return NormBoundedSource.of(
                source instanceof ModelActivationSource model && first != null
                        ? model.skippingPositions(first)
                        : source,
                largestNorms);
    }

    private static void measureReconstruction(
            ActivationSource source, List<SweepOutcome> outcomes, long tokens, Map<String, SweepRow> rows)
            throws IOException {
        try (Autograd off = Autograd.off();
                NDManager manager = TorchEngine.newManager(source.device());
                ActivationStream stream = source.openSample(tokens)) {
            List<MemberMetrics> all = new ArrayList<>();
            outcomes.forEach(outcome -> all.add(new MemberMetrics(manager, outcome)));
            for (long read = 0; read < tokens; ) {
                try (Scope scope = Scope.open()) {
                    NDArray x = stream.next().values();
                    all.forEach(one -> one.add(source, x));
                    read += x.getShape().get(0);
                }
            }
            all.forEach(one -> rows.put(one.outcome.member().name(), one.row()));
        }
    }

    /** Accumulates the metrics of one dictionary. */
    private static final class MemberMetrics {
        private final SweepOutcome outcome;
        private final Dictionary dictionary;
        private final ReconstructionStatistics statistics = new ReconstructionStatistics();
        private final ActivationCounts counts;

        MemberMetrics(NDManager manager, SweepOutcome outcome) {
            SparseAutoencoder trained = outcome.dictionary().orElseThrow();
            this.outcome = outcome;
            this.dictionary = trained;
            this.counts = new ActivationCounts(manager, trained.dSae());
        }

        void add(ActivationSource source, NDArray rows) {
            Sites sites = outcome.member().sites();
            NDArray x = SiteSelection.copy(source, rows, sites.readNames());
            NDArray target = sites.transcodes() ? SiteSelection.copy(source, rows, sites.writeNames()) : x;
            SparseCodes codes = dictionary.encode(x);
            statistics.add(target, dictionary.decode(codes, x));
            counts.add(codes.rows(), codes.indices(), codes.values());
        }

        SweepRow row() {
            return SweepRow.measured(outcome, statistics, counts);
        }
    }
}
