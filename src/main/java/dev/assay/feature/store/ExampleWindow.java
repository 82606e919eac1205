package dev.assay.feature.store;

import dev.assay.InvalidInputException;

/**
 * The part of a context that an example shows.
 *
 * @param before the number of tokens before the peak
 * @param after the number of tokens after it
 */
public record ExampleWindow(int before, int after) {
    /** What is shown unless something else is asked for: 20 tokens before the peak and 10 after it. */
    public static final ExampleWindow USUAL = new ExampleWindow(20, 10);

    /** A window that holds the whole of any context. */
    public static final ExampleWindow CONTEXT = new ExampleWindow(Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** Checks that neither is negative. */
    public ExampleWindow {
        if (before < 0) {
            throw new InvalidInputException("tokens before the peak: " + before + ", expected at least 0");
        }
        if (after < 0) {
            throw new InvalidInputException("tokens after the peak: " + after + ", expected at least 0");
        }
    }
}
