package dev.assay.toy;

import com.fasterxml.jackson.annotation.JsonValue;

/** The meaning of the L1 coefficient of a grid cell. */
public enum L1Convention {
    /**
     * λ multiplies the sum of the codes of a row, next to the squared error summed over dimensions; activations are scaled to a typical
     * distance of √d from their centre. One coefficient suits many sizes.
     */
    SUM_PER_SAMPLE("l1.sumPerSample"),
    /**
     * The published convention: the coefficient multiplies the sum of the codes of a row divided by the number of latents, next to the
     * squared error averaged over dimensions; activations are not scaled. The best coefficient grows with the size.
     */
    DIVIDED_BY_SIZE("l1.dividedBySize");

    private final String key;

    L1Convention(String key) {
        this.key = key;
    }

    /**
     * Returns the name in files.
     *
     * @return such as {@code l1.sumPerSample}
     */
    @JsonValue
    public String key() {
        return key;
    }

    /**
     * Returns the coefficient λ of {@link dev.assay.train.method.StandardTraining}, whose squared error is summed over dimensions.
     *
     * @param coefficient in this convention
     * @param width the dimensions d
     * @param dSae the number of latents
     * @return λ
     */
    double lambda(double coefficient, int width, int dSae) {
        return this == SUM_PER_SAMPLE ? coefficient : coefficient * width / dSae;
    }

    /** Returns whether activations are scaled in training. */
    boolean scalesActivations() {
        return this == SUM_PER_SAMPLE;
    }
}
