package dev.assay.intervene.patch;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.List;

/**
 * The features of a patching experiment in terms of latents. A feature is a set of latents that are patched together: one latent, or the
 * two latents of a signed coordinate.
 *
 * @param latents the latents of each feature
 */
public record FeatureGroups(List<List<Integer>> latents) {
    /** Copies the lists. */
    public FeatureGroups {
        latents = latents.stream().map(List::copyOf).toList();
    }

    /**
     * Returns one feature per latent.
     *
     * @param count the number of latents
     * @return features 0 to count − 1
     */
    public static FeatureGroups single(int count) {
        List<List<Integer>> groups = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            groups.add(List.of(i));
        }
        return new FeatureGroups(groups);
    }

    /**
     * Returns one feature per signed coordinate of a linear baseline, which represents coordinate j by the latents j and m + j with
     * opposite directions.
     *
     * @param count the number of latents, 2m
     * @return features 0 to m − 1
     * @throws InvalidInputException if the number is odd
     */
    public static FeatureGroups signed(int count) {
        if (count % 2 != 0) {
            throw new InvalidInputException(
                    "the dictionary has " + count + " latents, expected an even number, two per signed coordinate");
        }
        List<List<Integer>> groups = new ArrayList<>();
        for (int i = 0; i < count / 2; i++) {
            groups.add(List.of(i, count / 2 + i));
        }
        return new FeatureGroups(groups);
    }

    /** {@return the number of features} */
    public int size() {
        return latents.size();
    }

    void check(int dSae) {
        for (int feature = 0; feature < size(); feature++) {
            for (int latent : latents.get(feature)) {
                if (latent < 0 || latent >= dSae) {
                    throw new InvalidInputException("feature " + feature + " has the latent " + latent
                            + ", expected 0 to " + (dSae - 1) + ", the latents of the dictionary");
                }
            }
        }
    }
}
