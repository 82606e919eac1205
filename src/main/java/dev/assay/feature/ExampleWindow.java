package dev.assay.feature;

/**
 * The part of a context that an example shows.
 *
 * @param before the number of tokens before the peak
 * @param after the number of tokens after it
 */
record ExampleWindow(int before, int after) {
    ExampleWindow {
        if (before < 0 || after < 0) {
            throw new IllegalArgumentException("the window has " + before + " tokens before and " + after
                    + " after the peak, expected at least 0");
        }
    }

    int width() {
        return before + 1 + after;
    }
}
