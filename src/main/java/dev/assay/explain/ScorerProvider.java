package dev.assay.explain;

/**
 * Extension point for scorers. An implementation that is listed in {@code META-INF/services/dev.assay.explain.ScorerProvider} of a jar on the
 * class path is available under its name. It needs a public constructor without parameters.
 */
public interface ScorerProvider {
    /**
     * Returns the name on the command line and in tables.
     *
     * @return a short lower-case name such as {@code detection}, unique among all providers
     */
    String name();

    /**
     * Creates the scorer.
     *
     * @param context the examples and, where available, model, dictionary and corpus
     * @param simulator predicts activations; scorers that use no simulation ignore it
     * @return the scorer
     * @throws dev.assay.InvalidInputException if the context lacks what the scorer needs
     */
    Scorer create(ExplainContext context, Simulator simulator);
}
