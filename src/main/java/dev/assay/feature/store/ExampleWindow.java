package dev.assay.feature.store;

import dev.assay.InvalidInputException;

/**
 * The number of tokens that an example shows around its peak.
 *
 * @param before the number of tokens before the peak
 * @param after the number of tokens after the peak
 */
public record ExampleWindow(int before, int after) {
    /** The default window: 20 tokens before the peak and 10 after it. */
    public static final ExampleWindow DEFAULT = new ExampleWindow(20, 10);

    /** A window that covers the whole context. */
    public static final ExampleWindow CONTEXT = new ExampleWindow(Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** Checks that both numbers are at least 0. */
    public ExampleWindow {
        if (before < 0) {
            throw new InvalidInputException(
                    "the number of tokens before the peak is " + before + ", expected at least 0");
        }
        if (after < 0) {
            throw new InvalidInputException(
                    "the number of tokens after the peak is " + after + ", expected at least 0");
        }
    }
}
