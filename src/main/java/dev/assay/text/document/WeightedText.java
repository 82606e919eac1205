package dev.assay.text.document;

import dev.assay.InvalidInputException;
import java.util.Objects;

/**
 * A component of a mixture.
 *
 * @param source the text
 * @param weight relative frequency of its documents, a positive number; weights need not sum to one
 */
public record WeightedText(TextSource source, double weight) {
    /** Checks the weight. */
    public WeightedText {
        Objects.requireNonNull(source, "source");
        if (!(weight > 0) || Double.isInfinite(weight)) {
            throw new InvalidInputException(
                    source.description() + ": the weight is " + weight + ", expected a positive number");
        }
    }
}
