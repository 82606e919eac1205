package dev.assay.evaluate.benchmark;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.probe.LinearProbe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * SAEBench's absorption evaluation: for each class, k-sparse probes of the latents that a ranking prefers, the latents among which the class is split,
 * and their absorption on the rows that a probe of the activations assigns to the class correctly.
 *
 * <pre>{@code
 * AbsorptionBenchmark benchmark = AbsorptionBenchmark.of(dictionary, activations, labels, names);
 * AbsorptionReport report = benchmark.run(probes, ranking, 10);
 * }</pre>
 */
public final class AbsorptionBenchmark {
    private final Float64Dictionary dictionary;
    private final double[][] x;
    private final double[][] codes;
    private final int[] labels;
    private final List<String> names;
    private final AbsorptionThresholds thresholds;

    private AbsorptionBenchmark(
            Float64Dictionary dictionary,
            double[][] x,
            double[][] codes,
            int[] labels,
            List<String> names,
            AbsorptionThresholds thresholds) {
        this.dictionary = dictionary;
        this.x = x;
        this.codes = codes;
        this.labels = labels;
        this.names = List.copyOf(names);
        this.thresholds = thresholds;
    }

    /**
     * Creates an evaluation with SAEBench's thresholds.
     *
     * @param dictionary the dictionary
     * @param x one activation per word, [n, d]
     * @param labels the class of each word, [n]
     * @param names the name of each class, such as its letter
     * @return the evaluation
     * @throws InvalidInputException if the numbers disagree or a label is not a class
     */
    public static AbsorptionBenchmark of(Float64Dictionary dictionary, double[][] x, int[] labels, List<String> names) {
        return of(dictionary, x, dictionary.encode(x), labels, names);
    }

    /**
     * Creates an evaluation of codes that are known already.
     *
     * @param dictionary the dictionary
     * @param x one activation per word, [n, d]
     * @param codes the code of each activation, [n, F]
     * @param labels the class of each word, [n]
     * @param names the name of each class
     * @return the evaluation
     * @throws InvalidInputException if the numbers disagree or a label is not a class
     */
    public static AbsorptionBenchmark of(
            Float64Dictionary dictionary, double[][] x, double[][] codes, int[] labels, List<String> names) {
        InvalidInputException.require(
                x.length == labels.length && codes.length == labels.length,
                () -> "there are " + x.length + " activations, " + codes.length + " codes and " + labels.length
                        + " labels, expected equal numbers");
        for (int label : labels) {
            InvalidInputException.require(
                    label >= 0 && label < names.size(),
                    () -> "a label is " + label + ", expected from 0 to " + (names.size() - 1));
        }
        return new AbsorptionBenchmark(dictionary, x, codes, labels.clone(), names, AbsorptionThresholds.DEFAULT);
    }

    /**
     * Sets the thresholds.
     *
     * @param others the thresholds
     * @return a copy
     */
    public AbsorptionBenchmark thresholds(AbsorptionThresholds others) {
        return new AbsorptionBenchmark(dictionary, x, codes, labels, names, others);
    }

    /** {@return the codes of the words, [n, F]} */
    public double[][] codes() {
        return codes;
    }

    /**
     * Returns which words belong to a class.
     *
     * @param index the class
     * @return [n]
     */
    public boolean[] isOf(int index) {
        boolean[] of = new boolean[labels.length];
        for (int row = 0; row < of.length; row++) {
            of[row] = labels[row] == index;
        }
        return of;
    }

    /**
     * Fits the k-sparse probes of a class.
     *
     * @param index the class
     * @param ranking one number per latent; latents with larger numbers are preferred, as are the weights of an L1-penalised probe
     * @param largest the largest number of latents
     * @return the probes of 1 to {@code largest} latents
     */
    public List<LatentProbe> probes(int index, double[] ranking, int largest) {
        InvalidInputException.require(
                largest >= 1 && largest <= ranking.length,
                () -> "the largest number of latents is " + largest + ", expected from 1 to " + ranking.length);
        int[] preferred = IntStream.range(0, ranking.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer latent) -> -ranking[latent]))
                .limit(largest)
                .mapToInt(Integer::intValue)
                .toArray();
        List<LatentProbe> probes = new ArrayList<>();
        for (int k = 1; k <= largest; k++) {
            probes.add(LatentProbe.fit(codes, isOf(index), Arrays.copyOf(preferred, k)));
        }
        return probes;
    }

    /**
     * Returns the latents among which a class is split.
     *
     * @param index the class
     * @param probes its probes by ascending number of latents
     * @return the latents
     */
    public int[] split(int index, List<LatentProbe> probes) {
        return SplitLatents.of(
                probes.stream().map(LatentProbe::latents).toArray(int[][]::new),
                probes.stream()
                        .mapToDouble(probe -> probe.evaluate(codes, isOf(index)).f1())
                        .toArray(),
                thresholds.f1Jump());
    }

    /**
     * Measures the absorption of a class on the words of the class that the probe scores above 0.
     *
     * @param index the class
     * @param probe the probe of the activations
     * @param latents the latents of the class
     * @return the absorption
     */
    public ClassAbsorption absorption(int index, LinearProbe probe, int... latents) {
        ConceptDirection concept = ConceptDirection.of(probe.weights(), latents, dictionary);
        List<Absorption> rows = new ArrayList<>();
        for (int row = 0; row < labels.length; row++) {
            if (labels[row] == index && Rows.dot(probe.weights(), x[row]) + probe.intercept() > 0) {
                rows.add(Absorption.of(x[row], codes[row], concept, thresholds));
            }
        }
        return new ClassAbsorption(
                names.get(index), Arrays.stream(latents).boxed().toList(), rows);
    }

    /**
     * Runs the evaluation.
     *
     * @param probes the probe of the activations of each class
     * @param ranking one number per class and latent, [classes, F]
     * @param largest the largest number of latents of a k-sparse probe
     * @return the absorption of the classes with a true positive
     * @throws InvalidInputException if there is not one probe and one ranking per class
     */
    public AbsorptionReport run(List<LinearProbe> probes, double[][] ranking, int largest) {
        InvalidInputException.require(
                probes.size() == names.size() && ranking.length == names.size(),
                () -> "there are " + probes.size() + " probes and " + ranking.length + " rankings, expected "
                        + names.size() + ", one per class");
        List<ClassAbsorption> classes = new ArrayList<>();
        for (int index = 0; index < names.size(); index++) {
            ClassAbsorption absorption =
                    absorption(index, probes.get(index), split(index, probes(index, ranking[index], largest)));
            if (!absorption.rows().isEmpty()) {
                classes.add(absorption);
            }
        }
        return new AbsorptionReport(classes);
    }
}
