package dev.assay.tensor;

import java.util.Locale;

/** The precision of a matrix product whose result is a sparse code. With less than float32, the product only finds candidates. */
public enum ProductPrecision {
    /** The product is computed in float32, and the codes are selected from it. */
    FLOAT32,
    /** Candidates are found with a bfloat16 product, with a bound on its rounding error that always holds. */
    BF16,
    /** Candidates are found with a product of 8-bit integers, with a bound of six standard deviations of its rounding error. */
    INT8;

    /**
     * Returns the name in options and files.
     *
     * @return such as {@code bf16}
     */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
