package dev.assay.text.document;

import dev.assay.InvalidInputException;
import java.util.Objects;

/**
 * A part of a mixture.
 *
 * @param source the text
 * @param weight how often its documents are drawn beside those of the other parts: a positive number; the weights need not add up
 *     to one
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
