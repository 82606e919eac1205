package dev.assay.explain.offline;

import dev.assay.InvalidInputException;
import dev.assay.explain.Explanation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;

/**
 * The control that exchanges explanations between features of similar density. No feature keeps its own explanation. The scores are the floor
 * of explanations that are plausible and wrong.
 */
public final class ShuffledExplanations {
    private static final int GROUPS = 10;
    private static final int SMALLEST_GROUP = 3;

    private ShuffledExplanations() {}

    /**
     * Exchanges explanations within deciles of density; with fewer than 30 features, within fewer groups of three or more.
     *
     * @param explanations an explanation per latent, at least two
     * @param density the share of tokens on which a latent is active
     * @param seed the seed of the exchange
     * @return the explanation of another latent for each latent
     * @throws InvalidInputException if there are fewer than two explanations
     */
    public static SortedMap<Integer, Explanation> of(
            Map<Integer, Explanation> explanations, IntToDoubleFunction density, long seed) {
        InvalidInputException.require(
                explanations.size() >= 2, "the number of explanations to exchange", explanations.size(), "at least 2");
        List<Integer> latents = new ArrayList<>(new TreeMap<>(explanations).keySet());
        latents.sort(Comparator.comparingDouble(density::applyAsDouble));
        int groups = Math.max(1, Math.min(GROUPS, latents.size() / SMALLEST_GROUP));
        SplittableRandom random = new SplittableRandom(seed);
        SortedMap<Integer, Explanation> shuffled = new TreeMap<>();
        for (int group = 0; group < groups; group++) {
            int from = (int) ((long) group * latents.size() / groups);
            int to = (int) ((group + 1L) * latents.size() / groups);
            List<Integer> own = latents.subList(from, to);
            List<Integer> others = cycle(own, random);
            for (int i = 0; i < own.size(); i++) {
                shuffled.put(own.get(i), explanations.get(others.get(i)).assignedTo(own.get(i)));
            }
        }
        return shuffled;
    }

    /** Returns a random permutation that is one cycle (Sattolo, 1986), so that no element keeps its place. */
    private static List<Integer> cycle(List<Integer> elements, SplittableRandom random) {
        List<Integer> permuted = new ArrayList<>(elements);
        for (int i = permuted.size() - 1; i > 0; i--) {
            int other = random.nextInt(i);
            int moved = permuted.get(i);
            permuted.set(i, permuted.get(other));
            permuted.set(other, moved);
        }
        return permuted;
    }
}
