package dev.assay.explain;

/**
 * The use of a document. Each document belongs to exactly one part, which depends only on the index of the document and the seed; examples
 * are drawn afterwards. So no text is shown to both an explainer and a judge.
 */
public enum Part {
    /** 60 % of the documents: explainers read them. */
    TRAIN,
    /** 10 % of the documents: thresholds and calibrations of judges are fitted on them. */
    CALIBRATION,
    /** 30 % of the documents: explanations are scored on them. */
    TEST;

    private static final double TRAIN_SHARE = 0.6;
    private static final double CALIBRATION_SHARE = 0.1;

    /**
     * Returns the part of a document.
     *
     * @param document the index of the document in corpus order
     * @param seed the seed of the split
     * @return the part; the same for all corpora, platforms and versions of Assay
     */
    public static Part of(long document, long seed) {
        double fraction = Mixing.fraction(Mixing.of(seed, document));
        if (fraction < TRAIN_SHARE) {
            return TRAIN;
        }
        return fraction < TRAIN_SHARE + CALIBRATION_SHARE ? CALIBRATION : TEST;
    }
}
