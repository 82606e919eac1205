package dev.assay.intervene.patch;

import dev.assay.InvalidInputException;
import dev.assay.tensor.Shuffling;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Sets of features of decreasing size, selected greedily. From all features, each threshold in ascending order walks the remaining
 * features and removes one from the set if the divergence from the counterfactual run increases by less than the threshold over the
 * divergence of the current set (Cunningham et al., arXiv 2309.08600, section 4).
 *
 * @param rungs the steps {@code none}, {@code all} and {@code start}, then one per threshold until no feature is left
 * @param smallestMargin the smallest distance between an increase and its threshold: decisions are stable below this error; infinite
 *     without decisions
 */
public record PatchLadder(List<Rung> rungs, double smallestMargin) {
    /** The step without patched features. */
    public static final String NONE = "none";

    /** The step with all features. */
    public static final String ALL = "all";

    /** The step with the features that the selection starts from. */
    public static final String START = "start";

    /** Copies the list. */
    public PatchLadder {
        rungs = List.copyOf(rungs);
    }

    /**
     * One set of features.
     *
     * @param step {@code none}, {@code all}, {@code start} or {@code threshold T}
     * @param features the patched features, ascending
     * @param effect of patching them
     */
    public record Rung(String step, List<Integer> features, PatchEffect effect) {
        /** Copies the list. */
        public Rung {
            features = List.copyOf(features);
        }
    }

    /**
     * Returns options with the thresholds of the selection, all features to start from, features walked by ascending index, and decisions
     * by KL(patched ‖ counterfactual).
     *
     * @param thresholds in nats, at least one; used in ascending order
     * @return the options
     * @throws InvalidInputException if there is no threshold, or one is not finite
     */
    public static Options options(double... thresholds) {
        return new Options(thresholds);
    }

    /**
     * Measures the same sets of features on other pairs, for a selection without bias.
     *
     * @param patching the same dictionary with other pairs of prompts
     * @return the effects of the same sets, with the margin of the selection
     */
    public PatchLadder on(FeaturePatching patching) {
        return new PatchLadder(
                rungs.stream()
                        .map(rung -> new Rung(rung.step(), rung.features(), patching.patch(rung.features())))
                        .toList(),
                smallestMargin);
    }

    /** Options of the selection. */
    public static final class Options {
        private final double[] thresholds;
        private PatchDivergence divergence = PatchDivergence.PATCHED_TO_COUNTERFACTUAL;
        private int candidates = Integer.MAX_VALUE;
        private boolean shuffled;
        private long seed;

        private Options(double... thresholds) {
            InvalidInputException.require(
                    thresholds.length > 0, "the ladder has no thresholds, expected at least one number");
            for (double threshold : thresholds) {
                InvalidInputException.require(
                        Double.isFinite(threshold),
                        () -> "a threshold of the ladder is " + threshold + ", expected a finite number");
            }
            this.thresholds = thresholds.clone();
            Arrays.sort(this.thresholds);
        }

        /**
         * Sets the divergence that decisions use.
         *
         * @param direction the direction
         * @return this
         */
        public Options divergence(PatchDivergence direction) {
            divergence = direction;
            return this;
        }

        /**
         * Limits the features that the selection starts from to those of the largest changes. Features whose codes are equal in both runs are
         * left out.
         *
         * @param most at least 1
         * @return this
         */
        public Options candidates(int most) {
            InvalidInputException.requireAtLeast(1, "the number of features that the ladder starts from", most);
            candidates = most;
            return this;
        }

        /**
         * Walks the features of each threshold in random order, as published.
         *
         * @param number the seed of the orders
         * @return this
         */
        public Options shuffled(long number) {
            shuffled = true;
            seed = number;
            return this;
        }

        /**
         * Selects features on pairs of prompts.
         *
         * @param patching the dictionary with the pairs
         * @return the ladder with the effects on the same pairs
         */
        public PatchLadder run(FeaturePatching patching) {
            List<Rung> rungs = new ArrayList<>();
            List<Integer> all = IntStream.range(0, patching.features()).boxed().toList();
            rungs.add(new Rung(NONE, List.of(), patching.patch(List.of())));
            rungs.add(new Rung(ALL, all, patching.patch(all)));
            TreeSet<Integer> current = new TreeSet<>(start(patching, all));
            PatchEffect effect = current.size() == all.size() ? rungs.get(1).effect() : patching.patch(current);
            rungs.add(new Rung(START, List.copyOf(current), effect));
            SplittableRandom random = new SplittableRandom(seed);
            double margin = Double.POSITIVE_INFINITY;
            for (int i = 0; i < thresholds.length && !current.isEmpty(); i++) {
                double accepted = divergence.of(effect);
                for (int feature : order(current, random)) {
                    current.remove(feature);
                    // A feature whose codes are equal in both runs changes nothing.
                    PatchEffect trial = patching.differs(feature) ? patching.patch(current) : effect;
                    double increase = divergence.of(trial) - accepted;
                    margin = Math.min(margin, Math.abs(increase - thresholds[i]));
                    if (increase < thresholds[i]) {
                        effect = trial;
                        accepted = divergence.of(trial);
                    } else {
                        current.add(feature);
                    }
                }
                rungs.add(new Rung(step(thresholds[i]), List.copyOf(current), effect));
            }
            return new PatchLadder(rungs, margin);
        }

        private static String step(double threshold) {
            return "threshold "
                    + BigDecimal.valueOf(threshold).stripTrailingZeros().toPlainString();
        }

        private List<Integer> start(FeaturePatching patching, List<Integer> all) {
            if (candidates >= all.size()) {
                return all;
            }
            double[] sizes = patching.contributionSizes();
            return all.stream()
                    .filter(patching::differs)
                    .sorted(Comparator.comparingDouble((Integer feature) -> -sizes[feature]))
                    .limit(candidates)
                    .toList();
        }

        private List<Integer> order(TreeSet<Integer> features, SplittableRandom random) {
            List<Integer> order = new ArrayList<>(features);
            if (shuffled) {
                Shuffling.shuffle(order, random);
            }
            return order;
        }
    }
}
