package dev.assay.explain;

/**
 * Extension point for explainers. An implementation that is listed in {@code META-INF/services/dev.assay.explain.ExplainerProvider} of a jar
 * on the class path is available under its name. It needs a public constructor without parameters.
 */
public interface ExplainerProvider {
    /**
     * Returns the name on the command line and in tables.
     *
     * @return a short lower-case name such as {@code token-lookup}, unique among all providers
     */
    String name();

    /**
     * Creates the explainer.
     *
     * @param context the examples and, where available, model, dictionary and corpus
     * @return the explainer
     * @throws dev.assay.InvalidInputException if the context lacks what the explainer needs
     */
    Explainer create(ExplainContext context);
}
