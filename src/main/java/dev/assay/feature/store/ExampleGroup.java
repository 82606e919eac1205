package dev.assay.feature.store;

import java.util.List;

/**
 * Examples whose peaks lie in one range of a feature's activations, so that nothing in their windows is above it.
 *
 * @param kind how the ranges were drawn
 * @param lower the lower end of the range, an activation, inclusive
 * @param upper its upper end, exclusive but for the highest range
 * @param share the share of the feature's activations above 0 that lie in the range
 * @param examples examples drawn evenly from the range, at most one a context, strongest first
 */
public record ExampleGroup(Kind kind, double lower, double upper, double share, List<Example> examples) {
    /** How ranges of activations are drawn. */
    public enum Kind {
        /** Ranges of equal width between 0 and the largest activation. */
        INTERVAL,
        /** Ranges that hold equal shares of the activations. */
        QUANTILE
    }

    /** Keeps its own copy of the list. */
    public ExampleGroup {
        examples = List.copyOf(examples);
    }
}
