package dev.assay.feature.store;

import java.util.List;

/**
 * Examples with peaks in one range of a feature's activations. No activation in their windows is above the range.
 *
 * @param kind the kind of range
 * @param lower the lower end of the range, an activation, inclusive
 * @param upper the upper end of the range, an activation, exclusive except for the highest range
 * @param share the fraction of the feature's activations above 0 that are in the range
 * @param examples examples drawn evenly from the range, at most one per context, strongest first
 */
public record ExampleGroup(Kind kind, double lower, double upper, double share, List<Example> examples) {
    /** Division of the activations of a feature into ranges. */
    public enum Kind {
        /** Ranges of equal width between 0 and the maximum activation. */
        INTERVAL,
        /** Ranges with equal numbers of activations. */
        QUANTILE
    }

    /** Copies the list. */
    public ExampleGroup {
        examples = List.copyOf(examples);
    }
}
