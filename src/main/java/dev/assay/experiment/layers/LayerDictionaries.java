package dev.assay.experiment.layers;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.ModelActivationSource;
import dev.assay.activation.StreamPosition;
import dev.assay.evaluate.DictionarySample;
import dev.assay.evaluate.Evaluation;
import dev.assay.evaluate.EvaluationReport;
import dev.assay.evaluate.EvaluationTable;
import dev.assay.evaluate.ReconstructionStatistics;
import dev.assay.evaluate.baseline.Baseline;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.evaluate.standard.CodeStatistics;
import dev.assay.evaluate.standard.ReplacementPerplexity;
import dev.assay.evaluate.standard.WeightStatistics;
import dev.assay.experiment.layers.LayerMeasurement.InModel;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.Provenance;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.train.SaeSweep;
import dev.assay.train.plan.SweepOutcome;
import dev.assay.train.plan.SweepResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Trains the dictionaries of all sites of a model in one pass over the text, and measures them on held-out text. */
final class LayerDictionaries {
    private static final int SAMPLE = 1_000;

    private final LayerPlan plan;
    private final HookedTransformer model;
    private final Corpus corpus;
    private final List<HookPoint> points;
    private final List<LayerMember> members;
    private final ModelActivationSource source;
    private final long seed;
    private final boolean measuresLosses;

    /**
     * Plans the dictionaries of a model.
     *
     * @param measuresLosses whether the losses of the model are measured, which mean nothing for random weights
     */
    LayerDictionaries(LayerPlan plan, HookedTransformer model, Corpus corpus, long seed, boolean measuresLosses) {
        this.plan = plan;
        this.model = model;
        this.corpus = corpus;
        this.seed = seed;
        this.measuresLosses = measuresLosses;
        points = plan.points(model);
        members = plan.members(model, points);
        source = ActivationSource.of(model, points, corpus);
    }

    Provenance provenance() {
        return source.provenance();
    }

    /** Returns the sweep of all members, in order. */
    SaeSweep sweep() {
        SaeSweep sweep = SaeSweep.of(source)
                .tokens(plan.tokens())
                .batchSize(plan.batch())
                .shuffleSeed(seed)
                .progress(false);
        for (LayerMember member : members) {
            sweep.member(member.name(), List.of(member.site()), () -> member.trainer(plan.learningRate(), seed));
        }
        return sweep;
    }

    List<LayerMember> members() {
        return members;
    }

    /** Trains and measures all members, in order. */
    List<LayerMeasurement> run() throws IOException {
        try (SweepResult result = sweep().train()) {
            for (SweepOutcome failed : result.failures()) {
                throw new InvalidInputException(failed.member().name() + " with seed " + seed + " stopped: "
                        + failed.failure().orElseThrow());
            }
            Map<LayerMember, Reconstruction> reconstructions = reconstruct(result);
            List<LayerMeasurement> all = new ArrayList<>();
            for (HookPoint point : points) {
                all.addAll(measure(point, result, reconstructions));
            }
            return all;
        }
    }

    /** Statistics of one dictionary on the held-out text. */
    private record Reconstruction(ReconstructionStatistics errors, CodeStatistics codes) {}

    /** Reads the activations of all sites in one pass over the held-out text. */
    private Map<LayerMember, Reconstruction> reconstruct(SweepResult result) throws IOException {
        Map<LayerMember, Reconstruction> all = new LinkedHashMap<>();
        members.forEach(member -> all.put(
                member, new Reconstruction(new ReconstructionStatistics(), new CodeStatistics(member.latents()))));
        try (Autograd off = Autograd.off();
                ActivationStream stream = source.split(Split.HELD_OUT).open(StreamPosition.START)) {
            for (long read = 0; read < plan.evaluationTokens(); ) {
                try (Scope scope = Scope.open()) {
                    NDArray rows = stream.next().values();
                    read += rows.getShape().get(0);
                    int column = 0;
                    for (int site = 0; site < points.size(); site++) {
                        int width = source.widths().get(site);
                        NDArray x = rows.get(":, " + column + ":" + (column + width))
                                .duplicate();
                        column += width;
                        String name = points.get(site).name();
                        all.forEach((member, sums) -> {
                            if (member.site().equals(name)) {
                                add(result.dictionary(member.name()), x, sums);
                            }
                        });
                    }
                }
            }
        }
        return all;
    }

    private static void add(SparseAutoencoder dictionary, NDArray x, Reconstruction sums) {
        try (Scope scope = Scope.open()) {
            SparseCodes codes = dictionary.encode(x);
            sums.codes.add(codes);
            sums.errors.add(x, dictionary.decode(codes, x));
        }
    }

    private List<LayerMeasurement> measure(
            HookPoint point, SweepResult result, Map<LayerMember, Reconstruction> reconstructions) throws IOException {
        List<LayerMember> ofPoint = members.stream()
                .filter(member -> member.site().equals(point.name()))
                .toList();
        ConceptSample concept = ConceptSample.isLabelled(corpus)
                ? ConceptSample.read(model, point, corpus, plan.concept(), plan.conceptTokens())
                : null;
        double activationAuroc = concept == null ? Double.NaN : concept.ofActivations(model);
        List<InModel> inModel = measuresLosses
                ? inModel(ofPoint, result, reconstructions)
                : Collections.nCopies(ofPoint.size(), InModel.NONE);
        List<LayerMeasurement> all = new ArrayList<>();
        for (int i = 0; i < ofPoint.size(); i++) {
            SparseAutoencoder dictionary = result.dictionary(ofPoint.get(i).name());
            Reconstruction sums = reconstructions.get(ofPoint.get(i));
            WeightStatistics weights = WeightStatistics.of(dictionary);
            all.add(new LayerMeasurement(
                    ofPoint.get(i),
                    sums.codes.meanNonZero(),
                    sums.errors.unexplained(),
                    inModel.get(i),
                    sums.codes.everActive(seed),
                    weights.effectiveDimensions(),
                    weights.meanNeurons(),
                    sums.codes.medians(),
                    concept == null ? Double.NaN : concept.ofCodes(model, dictionary),
                    activationAuroc));
        }
        return all;
    }

    /** Measures the model with the reconstruction of each dictionary, and of a random dictionary of equal size and L0. */
    private List<InModel> inModel(
            List<LayerMember> ofPoint, SweepResult result, Map<LayerMember, Reconstruction> reconstructions)
            throws IOException {
        SparseAutoencoder first = result.dictionary(ofPoint.get(0).name());
        Map<Integer, Dictionary> random = new TreeMap<>();
        try (NDArray sample = DictionarySample.read(model, first, corpus, SAMPLE, model.manager())) {
            // Signed directions have two latents each.
            Baseline directions = Baselines.of(sample)
                    .seed(seed)
                    .metadata(first.metadata())
                    .random(Math.max(1, (first.dSae() + 1) / 2));
            for (LayerMember member : ofPoint) {
                random.computeIfAbsent(k(directions, reconstructions.get(member)), directions::topK);
            }
            EvaluationTable evaluation = evaluate(ofPoint, result, random);
            List<InModel> all = new ArrayList<>();
            for (LayerMember member : ofPoint) {
                int k = k(directions, reconstructions.get(member));
                EvaluationReport report = member == ofPoint.get(0)
                        ? evaluation.dictionary()
                        : evaluation.others().get(member.name());
                all.add(inModel(report, evaluation.others().get(randomName(k))));
            }
            return all;
        } finally {
            random.values().forEach(Dictionary::close);
        }
    }

    /** Returns the number of active random directions: the L0 of the dictionary. */
    private static int k(Baseline directions, Reconstruction sums) {
        long rounded = Math.round(sums.codes.meanNonZero());
        return (int) Math.max(1, Math.min(directions.directions(), rounded));
    }

    private static String randomName(int k) {
        return "random-" + k;
    }

    private EvaluationTable evaluate(List<LayerMember> ofPoint, SweepResult result, Map<Integer, Dictionary> random)
            throws IOException {
        Evaluation evaluation = Evaluation.of(
                        model, result.dictionary(ofPoint.get(0).name()), corpus)
                .tokens(plan.evaluationTokens());
        for (LayerMember member : ofPoint.subList(1, ofPoint.size())) {
            evaluation.baseline(member.name(), result.dictionary(member.name()));
        }
        random.forEach((k, dictionary) -> evaluation.baseline(randomName(k), dictionary));
        return evaluation.table();
    }

    private static InModel inModel(EvaluationReport report, EvaluationReport random) {
        ReplacementPerplexity perplexity = ReplacementPerplexity.of(report);
        return new InModel(
                perplexity.clean(),
                perplexity.replaced(),
                ReplacementPerplexity.of(random).replaced(),
                perplexity.meanAblated(),
                perplexity.zeroAblated(),
                report.lossRecoveredFromMean().orNaN(),
                random.lossRecoveredFromMean().orNaN(),
                1 - random.explainedVariance());
    }
}
