package dev.assay.explain.measure;

/**
 * A window of tokens in which a feature is active.
 *
 * @param tokens n token ids
 * @param activations n activations
 * @param maximum the largest activation of the window that it was made from, which orders windows
 */
public record ActivatingWindow(int[] tokens, float[] activations, float maximum) {
    /** Copies the arrays. */
    public ActivatingWindow {
        Arguments.requireEqual("token ids and activations", tokens.length, activations.length);
        tokens = tokens.clone();
        activations = activations.clone();
    }

    @Override
    public int[] tokens() {
        return tokens.clone();
    }

    @Override
    public float[] activations() {
        return activations.clone();
    }
}
