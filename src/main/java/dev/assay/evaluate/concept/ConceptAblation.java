package dev.assay.evaluate.concept;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.benchmark.AblationAccuracies;
import dev.assay.evaluate.benchmark.Float64Dictionary;
import dev.assay.evaluate.benchmark.PooledActivations;
import dev.assay.evaluate.benchmark.ProbeAblation;
import dev.assay.evaluate.benchmark.ProbeRows;
import dev.assay.evaluate.benchmark.SpuriousCorrelationRemoval;
import dev.assay.evaluate.benchmark.TargetedProbePerturbation;
import dev.assay.evaluate.concept.ConceptAblationScores.OfGroup;
import dev.assay.evaluate.concept.ConceptAblationScores.OfPair;
import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.evaluate.probe.LogisticRegression;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * SAEBench's targeted probe perturbation (TPP) and spurious correlation removal (SCR) on the concepts of generated stories. A text is one token here,
 * because concepts are labels of tokens.
 *
 * <p>TPP: the probes of a group of classes, such as animals and places, are logistic regressions of each class against the others. SCR: two attributes,
 * such as the gender of a name and its role, of which the training tokens of one probe have only two combinations. Probes and effects of latents are
 * computed on training stories, accuracies on held-out stories. A class needs {@value #LEAST} tokens in both; at most {@value #MOST} are used.
 */
public final class ConceptAblation {
    /** Classes of words, independent of context. */
    public static final String WORD_CLASSES = "word classes";
    /** Roles of words in their sentences. */
    public static final String ROLES = "roles";

    private static final int MOST = 200;
    private static final int LEAST = 8;

    private final LabelledRows training;
    private final LabelledRows held;
    private final List<Integer> counts;
    private final List<Probed> groups = new ArrayList<>();
    private final List<Probed> pairs = new ArrayList<>();

    /** The tokens of some classes in both parts, and the probes of the activations. */
    private record Probed(
            String name, Map<String, int[]> training, Map<String, int[]> held, Map<String, LinearProbe> probes) {}

    /**
     * Fits the probes of the activations, which do not depend on a dictionary.
     *
     * @param training activations of training stories
     * @param held activations of held-out stories
     * @param counts the numbers of latents to ablate, each at least 1
     */
    public ConceptAblation(LabelledRows training, LabelledRows held, List<Integer> counts) {
        for (int count : counts) {
            InvalidInputException.requireAtLeast(1, "the number of latents to ablate", count);
        }
        this.training = training;
        this.held = held;
        this.counts = List.copyOf(counts);
        ConceptGroup.all().forEach(this::addGroup);
        AttributePair.all().forEach(this::addPair);
    }

    /**
     * Returns the names of the pairs of attributes of SCR.
     *
     * @return in the order of the results
     */
    public static List<String> pairNames() {
        return AttributePair.all().stream().map(AttributePair::name).toList();
    }

    private void addGroup(ConceptGroup group) {
        Map<String, int[]> ofTraining = group.tokens(training.labels());
        Map<String, int[]> ofHeld = group.tokens(held.labels());
        ofTraining
                .keySet()
                .removeIf(concept -> Math.min(ofTraining.get(concept).length, ofHeld.get(concept).length) < LEAST);
        ofHeld.keySet().retainAll(ofTraining.keySet());
        if (ofTraining.size() > 1) {
            cutToSmallest(ofTraining);
            cutToSmallest(ofHeld);
            Map<String, double[][]> rows = rows(training, ofTraining);
            Map<String, LinearProbe> probes = new LinkedHashMap<>();
            rows.keySet().forEach(concept -> probes.put(concept, fit(ProbeRows.oneVersusRest(rows, concept))));
            groups.add(new Probed(group.name(), ofTraining, ofHeld, probes));
        }
    }

    /** Keeps the first tokens of each class, so that all classes have equally many. */
    private static void cutToSmallest(Map<String, int[]> classes) {
        int smallest =
                classes.values().stream().mapToInt(tokens -> tokens.length).reduce(MOST, Math::min);
        classes.replaceAll((name, tokens) -> Arrays.copyOf(tokens, smallest));
    }

    private void addPair(AttributePair pair) {
        Map<String, int[]> ofTraining = pair.tokens(LEAST, MOST, training.labels());
        Map<String, int[]> ofHeld = pair.tokens(LEAST, MOST, held.labels());
        if (!ofTraining.isEmpty() && !ofHeld.isEmpty()) {
            Map<String, double[][]> rows = rows(training, ofTraining);
            Map<String, LinearProbe> probes = new LinkedHashMap<>();
            AttributePair.OPPOSITES.forEach(
                    (name, opposite) -> probes.put(name, fit(ProbeRows.pair(rows.get(name), rows.get(opposite)))));
            pairs.add(new Probed(pair.name(), ofTraining, ofHeld, probes));
        }
    }

    private static LinearProbe fit(ProbeRows rows) {
        return LogisticRegression.withC(1).tolerance(1e-6).fit(rows.data()).probe();
    }

    private static Map<String, double[][]> rows(LabelledRows part, Map<String, int[]> tokens) {
        Map<String, double[][]> rows = new LinkedHashMap<>();
        tokens.forEach((name, indices) -> rows.put(
                name, Arrays.stream(indices).mapToObj(token -> part.x()[token]).toArray(double[][]::new)));
        return rows;
    }

    /**
     * Measures a dictionary.
     *
     * @param trainingCodes codes of the training tokens
     * @param heldCodes codes of the held-out tokens
     * @param dictionary the directions of the latents
     * @return the scores
     */
    public ConceptAblationScores measure(
            LabelledCodes trainingCodes, LabelledCodes heldCodes, Float64Dictionary dictionary) {
        List<OfGroup> perturbations = new ArrayList<>();
        for (Probed group : groups) {
            ProbeAblation ablation = ProbeAblation.oneVersusRest(
                    dictionary,
                    pooled(training, trainingCodes, group.training()),
                    pooled(held, heldCodes, group.held()));
            perturbations.add(ofGroup(group, accuracies(ablation, group)));
        }
        List<OfPair> removals = new ArrayList<>();
        for (Probed pair : pairs) {
            ProbeAblation ablation = ProbeAblation.paired(
                    dictionary,
                    pooled(training, trainingCodes, pair.training()),
                    pooled(held, heldCodes, pair.held()),
                    AttributePair.OPPOSITES);
            removals.add(ofPair(pair, accuracies(ablation, pair)));
        }
        return new ConceptAblationScores(perturbations, removals);
    }

    private static Map<String, PooledActivations> pooled(
            LabelledRows part, LabelledCodes codes, Map<String, int[]> tokens) {
        Map<String, PooledActivations> pooled = new LinkedHashMap<>();
        rows(part, tokens).forEach((name, x) -> {
            double[][] rows =
                    Arrays.stream(tokens.get(name)).mapToObj(codes::code).toArray(double[][]::new);
            pooled.put(name, new PooledActivations(x, rows));
        });
        return pooled;
    }

    private AblationAccuracies accuracies(ProbeAblation ablation, Probed classes) {
        return ablation.accuracies(classes.probes(), ablation.effects(classes.probes()), counts);
    }

    private OfGroup ofGroup(Probed group, AblationAccuracies accuracies) {
        Map<String, Map<Integer, TargetedProbePerturbation.Drop>> perClass =
                TargetedProbePerturbation.perClass(accuracies);
        List<TargetedProbePerturbation.Drop> drops = counts.stream()
                .map(count -> new TargetedProbePerturbation.Drop(
                        mean(perClass, count, TargetedProbePerturbation.Drop::intended),
                        mean(perClass, count, TargetedProbePerturbation.Drop::unintended)))
                .toList();
        double accuracy = accuracies.clean().values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
        return new OfGroup(group.name(), List.copyOf(group.probes().keySet()), accuracy, drops);
    }

    private static double mean(
            Map<String, Map<Integer, TargetedProbePerturbation.Drop>> perClass,
            int count,
            ToDoubleFunction<TargetedProbePerturbation.Drop> part) {
        return perClass.values().stream()
                .map(byCount -> byCount.get(count))
                .mapToDouble(part)
                .average()
                .orElseThrow();
    }

    private OfPair ofPair(Probed pair, AblationAccuracies accuracies) {
        Map<String, Double> metrics = new SpuriousCorrelationRemoval(
                        AttributePair.FIRST, AttributePair.SECOND, AttributePair.BOTH)
                .metrics(accuracies);
        List<Double> scores = counts.stream()
                .map(count -> metrics.get("scr_metric_threshold_" + count))
                .toList();
        double gap = Math.max(gap(accuracies, AttributePair.FIRST), gap(accuracies, AttributePair.SECOND));
        return new OfPair(pair.name(), gap, scores);
    }

    /** Returns by how much the probe of an attribute is more accurate than that of the correlated classes. */
    private static double gap(AblationAccuracies accuracies, String kept) {
        return accuracies.clean().get(kept) - accuracies.clean().get(AblationAccuracies.name(AttributePair.BOTH, kept));
    }
}
