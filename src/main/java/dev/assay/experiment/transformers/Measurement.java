package dev.assay.experiment.transformers;

/**
 * The measurements of one dictionary.
 *
 * @param source the activations that it was trained on
 * @param site the name of the site
 * @param l1 the L1 coefficient
 * @param latents the number of latents
 * @param share the share of its latents that the next larger dictionary confirms; NaN for the largest
 * @param random the same with random directions in place of the larger dictionary
 * @param inEmbeddings the share of its latents that are matched by the dictionary of the embeddings alone, of the same size and L1
 * @param histogram the number of pairs with the next larger dictionary by cosine, in {@value #BINS} bins from 0 to 1
 * @param l0 active latents per token
 * @param explainedVariance of held-in activations
 * @param dead the share of latents that never fired
 */
record Measurement(
        Source source,
        String site,
        double l1,
        int latents,
        double share,
        double random,
        double inEmbeddings,
        int[] histogram,
        double l0,
        double explainedVariance,
        double dead) {
    static final int BINS = 40;

    /** The activations of a dictionary. */
    enum Source {
        /** Those of the trained transformer. */
        TRAINED("trained"),
        /** Those of a transformer of the same architecture with random weights. */
        RANDOM_WEIGHTS("random weights"),
        /** Those of single tokens, which need no context. */
        EMBEDDINGS("embeddings alone");

        private final String title;

        Source(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    static int[] histogram(double[] cosines) {
        int[] counts = new int[BINS];
        for (double cosine : cosines) {
            counts[Math.max(0, Math.min(BINS - 1, (int) (cosine * BINS)))]++;
        }
        return counts;
    }
}
