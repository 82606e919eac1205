package dev.assay.train.plan;

import dev.assay.InvalidInputException;
import dev.assay.tensor.ProductPrecision;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The product that finds the active latents of a batch. With less than float32, it finds candidates, whose pre-activations are computed in
 * float32. The selected latents are those of the float32 product, except where two pre-activations differ by less than the rounding of float32.
 */
public enum EncoderProduct {
    /** The fastest product for the size of the dictionary, measured once at the start of a run. */
    AUTO(null),
    /** The float32 product. */
    FLOAT32(ProductPrecision.FLOAT32),
    /** Candidates by bfloat16. */
    BF16(ProductPrecision.BF16),
    /** Candidates by 8-bit integers. */
    INT8(ProductPrecision.INT8);

    private final ProductPrecision precision;

    EncoderProduct(ProductPrecision precision) {
        this.precision = precision;
    }

    /**
     * Returns the precision of the product.
     *
     * @return empty if it is measured
     */
    public Optional<ProductPrecision> precision() {
        return Optional.ofNullable(precision);
    }

    /**
     * Returns the name in options.
     *
     * @return such as {@code auto}
     */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds a product by its name.
     *
     * @param key such as {@code int8}
     * @return the product
     * @throws InvalidInputException if there is none of that name
     */
    public static EncoderProduct of(String key) {
        return Arrays.stream(values())
                .filter(product -> product.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("the encoder product is \"" + key + "\", expected one of "
                        + Arrays.stream(values()).map(EncoderProduct::key).collect(Collectors.joining(", "))));
    }
}
