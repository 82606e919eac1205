package dev.assay.toy;

import com.fasterxml.jackson.annotation.JsonValue;

/** A measurement of a dictionary whose true features are known. */
public enum ToyFigure {
    /** The mean over true directions of the largest cosine with a latent: how well features are recovered. */
    TRUTH_TO_DICTIONARY("mmcs_truth_to_dictionary", "MMCS of the truth with the dictionary"),
    /** The expected value with a random dictionary of the same shape. */
    TRUTH_TO_RANDOM("mmcs_truth_to_random", "MMCS of the truth with random directions"),
    /** The mean over latents of the largest cosine with a true direction: how many latents are features. */
    DICTIONARY_TO_TRUTH("mmcs_dictionary_to_truth", "MMCS of the dictionary with the truth"),
    /** The expected value with random directions in place of the true ones. */
    DICTIONARY_TO_RANDOM("mmcs_dictionary_to_random", "MMCS of the dictionary with random directions"),
    /** The share of true features that are matched, one to one, by a latent with a cosine of 0.9 or more. */
    FOUND("found_share", "Share of true features found"),
    /** The expected share of true features that have a direction of a random dictionary of the same shape with a cosine of 0.9 or more. */
    FOUND_IN_RANDOM("found_share_random", "Share of true features found in random directions"),
    /** The share of latents that are matched, one to one, by a true feature with a cosine of 0.9 or more. */
    PRECISION("found_precision", "Share of latents that match a true feature"),
    /** The mean over latents of the largest cosine with a latent of the next larger dictionary of the grid with the same coefficient. */
    NEXT_LARGER("mmcs_with_next_larger", "MMCS with the next larger dictionary"),
    /** The expected value with random directions in place of the larger dictionary. */
    NEXT_LARGER_RANDOM(
            "mmcs_with_next_larger_random", "MMCS with random directions, as many as the next larger dictionary has"),
    /** The share of latents that never fired. */
    DEAD("dead_share", "Share of latents that never fired"),
    /** Active latents per row. */
    L0("l0", "Active latents per row (L0)"),
    /** {@code 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖²}. */
    EXPLAINED_VARIANCE("explained_variance", "Explained variance"),
    /** The seconds of the dictionary's own training steps. */
    SECONDS("seconds", "Seconds");

    private final String key;
    private final String title;

    ToyFigure(String key, String title) {
        this.key = key;
        this.title = title;
    }

    /**
     * Returns the name in files.
     *
     * @return such as {@code l0}
     */
    @JsonValue
    public String key() {
        return key;
    }

    /**
     * Returns the title of a picture.
     *
     * @return such as {@code Active latents per row (L0)}
     */
    public String title() {
        return title;
    }
}
