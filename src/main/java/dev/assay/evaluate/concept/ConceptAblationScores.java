package dev.assay.evaluate.concept;

import dev.assay.evaluate.benchmark.TargetedProbePerturbation;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The effects of ablated latents on probes of the concepts of generated stories, for several numbers of ablated latents.
 *
 * @param perturbations targeted probe perturbation, one entry per group of classes that occurs
 * @param removals spurious correlation removal, one entry per pair of attributes that occurs
 */
public record ConceptAblationScores(List<OfGroup> perturbations, List<OfPair> removals) {
    /** Copies the lists. */
    public ConceptAblationScores {
        perturbations = List.copyOf(perturbations);
        removals = List.copyOf(removals);
    }

    /**
     * Targeted probe perturbation of a group of classes.
     *
     * @param group the name of the group
     * @param classes the concepts with a probe
     * @param accuracy the mean accuracy of the probes without ablation, where chance is 0.5
     * @param drops the mean drops in accuracy, one per number of ablated latents
     */
    public record OfGroup(
            String group, List<String> classes, double accuracy, List<TargetedProbePerturbation.Drop> drops) {
        /** Copies the lists. */
        public OfGroup {
            classes = List.copyOf(classes);
            drops = List.copyOf(drops);
        }
    }

    /**
     * Spurious correlation removal of a pair of attributes.
     *
     * @param pair the name of the pair
     * @param gap the accuracy that the correlation costs, of the attribute that it costs more
     * @param scores the share of the gap that the ablation closes, one per number of ablated latents
     */
    public record OfPair(String pair, double gap, List<Double> scores) {
        /** Copies the list. */
        public OfPair {
            scores = List.copyOf(scores);
        }
    }

    /**
     * Returns a number of a group.
     *
     * @param group the name of the group
     * @param number such as its accuracy
     * @return the number; NaN if the group does not occur
     */
    public double ofGroup(String group, ToDoubleFunction<OfGroup> number) {
        return perturbations.stream()
                .filter(perturbation -> perturbation.group().equals(group))
                .mapToDouble(number)
                .findFirst()
                .orElse(Double.NaN);
    }

    /**
     * Returns a number of a pair.
     *
     * @param pair the name of the pair
     * @param number such as a score
     * @return the number; NaN if the pair does not occur
     */
    public double ofPair(String pair, ToDoubleFunction<OfPair> number) {
        return removals.stream()
                .filter(removal -> removal.pair().equals(pair))
                .mapToDouble(number)
                .findFirst()
                .orElse(Double.NaN);
    }

    /**
     * Returns the mean score of spurious correlation removal.
     *
     * @param index of the number of ablated latents
     * @return the mean over pairs; NaN if none occurs
     */
    public double meanRemoval(int index) {
        return removals.stream()
                .mapToDouble(removal -> removal.scores().get(index))
                .average()
                .orElse(Double.NaN);
    }
}
