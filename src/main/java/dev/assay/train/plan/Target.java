package dev.assay.train.plan;

import dev.assay.InvalidInputException;
import dev.assay.sae.Sites;
import java.util.List;

/**
 * The reconstruction target of a dictionary. A transcoder (Dunefsky et al., arXiv 2406.11944) predicts the activations of another site, its
 * target y, in the loss of its method: {@code E‖x̂ − y‖²} takes the place of {@code E‖x̂ − x‖²}. Its decoder bias belongs to that site, so
 * that it starts at the median of y and is never subtracted from the input.
 */
public enum Target {
    /** The input itself. */
    INPUT,
    /** The activations of a second site. */
    OTHER_SITE,
    /**
     * The activations of a second site, with a linear skip connection: {@code x̂ = c · W_dec + b_dec + x · W_skipᵀ} (Paulo et al., arXiv
     * 2501.18823).
     */
    OTHER_SITE_WITH_SKIP;

    /**
     * Returns the sites of a dictionary with this target.
     *
     * @param names the sites of its activations, concatenated in each row; for a transcoder two, that of the input and that of the target
     * @param widths the widths of the sites
     * @return the sites
     * @throws InvalidInputException if a transcoder does not have two sites
     */
    public Sites sites(List<String> names, List<Integer> widths) {
        if (this == INPUT) {
            return Sites.concatenated(names, widths);
        }
        if (names.size() != 2) {
            throw new InvalidInputException("a transcoder's source has the sites " + String.join(", ", names)
                    + ", expected two: what it encodes and what it predicts");
        }
        return Sites.transcoder(
                Sites.spans(names.subList(0, 1), widths.subList(0, 1)),
                Sites.spans(names.subList(1, 2), widths.subList(1, 2)));
    }
}
