package dev.assay.evaluate.benchmark;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.probe.LinearProbe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Ablates the latents that a probe depends on and measures the accuracy of probes. It is the computation that SAEBench's targeted probe
 * perturbation (TPP) and spurious correlation removal (SCR) share.
 *
 * <p>Padded positions never enter a mean. SAEBench 0.6.0 adds the ablated contribution of padded positions, where the code of a zero
 * activation is not 0.
 */
public final class ProbeAblation {
    private final Float64Dictionary dictionary;
    private final Map<String, PooledActivations> train;
    private final Map<String, PooledActivations> test;
    private final Map<String, String> opposites; // empty for one against the rest

    private ProbeAblation(
            Float64Dictionary dictionary,
            Map<String, PooledActivations> train,
            Map<String, PooledActivations> test,
            Map<String, String> opposites) {
        InvalidInputException.require(
                train.keySet().equals(test.keySet()),
                () -> "the training classes are " + train.keySet() + " and the test classes " + test.keySet()
                        + ", expected the same");
        opposites.forEach((name, opposite) -> InvalidInputException.require(
                train.containsKey(name) && train.containsKey(opposite),
                () -> "\"" + name + "\" is paired with \"" + opposite + "\", expected two of the classes "
                        + train.keySet()));
        this.dictionary = dictionary;
        this.train = new LinkedHashMap<>(train);
        this.test = new LinkedHashMap<>(test);
        this.opposites = new LinkedHashMap<>(opposites);
    }

    /**
     * Creates the ablations of TPP: each class against the others.
     *
     * @param dictionary the dictionary
     * @param train pooled training texts by class
     * @param test pooled test texts by class
     * @return the ablations
     */
    public static ProbeAblation oneVersusRest(
            Float64Dictionary dictionary, Map<String, PooledActivations> train, Map<String, PooledActivations> test) {
        return new ProbeAblation(dictionary, train, test, Map.of());
    }

    /**
     * Creates the ablations of SCR: each class against its opposite.
     *
     * @param dictionary the dictionary
     * @param train pooled training texts by class
     * @param test pooled test texts by class
     * @param opposites the opposite of each class that has a probe, in order
     * @return the ablations
     */
    public static ProbeAblation paired(
            Float64Dictionary dictionary,
            Map<String, PooledActivations> train,
            Map<String, PooledActivations> test,
            Map<String, String> opposites) {
        InvalidInputException.require(!opposites.isEmpty(), "no class has an opposite, expected at least one pair");
        return new ProbeAblation(dictionary, train, test, opposites);
    }

    /** {@return the classes that have a probe} */
    public List<String> classes() {
        return List.copyOf(opposites.isEmpty() ? train.keySet() : opposites.keySet());
    }

    /**
     * Returns the training rows of a probe.
     *
     * @param name the class
     * @return mean activations, positives and as many negatives
     */
    public ProbeRows trainingRows(String name) {
        return rows(train, name, PooledActivations::x);
    }

    private ProbeRows rows(
            Map<String, PooledActivations> classes, String name, Function<PooledActivations, double[][]> part) {
        Map<String, double[][]> parts = new LinkedHashMap<>();
        classes.forEach((key, pooled) -> parts.put(key, part.apply(pooled)));
        return opposites.isEmpty()
                ? ProbeRows.oneVersusRest(parts, name)
                : ProbeRows.pair(parts.get(name), parts.get(opposites.get(name)));
    }

    /**
     * Computes the effect of each latent on the probe of each class, on training texts.
     *
     * @param probes the probe of each class
     * @return [F] by class
     */
    public Map<String, double[]> effects(Map<String, LinearProbe> probes) {
        Map<String, double[]> effects = new LinkedHashMap<>();
        for (String name : classes()) {
            ProbeRows codes = rows(train, name, PooledActivations::codes);
            effects.put(
                    name,
                    opposites.isEmpty()
                            ? LatentEffects.targeted(codes, probes.get(name), dictionary)
                            : LatentEffects.absolute(codes, probes.get(name), dictionary));
        }
        return effects;
    }

    /**
     * Ablates the latents of largest effect of each class and measures every probe on test texts.
     *
     * @param probes the probe of each class
     * @param effects the effects of the latents by class
     * @param counts the numbers of latents to ablate
     * @return the accuracies
     */
    public AblationAccuracies accuracies(
            Map<String, LinearProbe> probes, Map<String, double[]> effects, List<Integer> counts) {
        Map<String, Map<Integer, Map<String, Double>>> ablated = new LinkedHashMap<>();
        for (String name : classes()) {
            Map<Integer, Map<String, Double>> byCount = new LinkedHashMap<>();
            for (int count : counts) {
                int[] latents = LatentEffects.largest(effects.get(name), count);
                byCount.put(count, accuracies(probes, pooled -> pooled.without(dictionary, latents)));
            }
            ablated.put(name, byCount);
        }
        return new AblationAccuracies(accuracies(probes, PooledActivations::x), ablated);
    }

    private Map<String, Double> accuracies(
            Map<String, LinearProbe> probes, Function<PooledActivations, double[][]> part) {
        Map<String, Double> accuracies = new LinkedHashMap<>();
        for (String data : classes()) {
            ProbeRows rows = rows(test, data, part);
            List<String> evaluated = opposites.isEmpty() ? List.of(data) : classes();
            for (String probe : evaluated) {
                accuracies.put(AblationAccuracies.name(probe, data), rows.accuracy(probes.get(probe)));
            }
        }
        return accuracies;
    }
}
