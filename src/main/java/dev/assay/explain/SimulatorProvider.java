package dev.assay.explain;

/**
 * Extension point for simulators. An implementation that is listed in {@code META-INF/services/dev.assay.explain.SimulatorProvider} of a jar
 * on the class path is available under its name. It needs a public constructor without parameters.
 */
public interface SimulatorProvider {
    /**
     * Returns the name on the command line and in tables.
     *
     * @return a short lower-case name such as {@code rule}, unique among all providers
     */
    String name();

    /**
     * Creates the simulator.
     *
     * @param context the examples and, where available, model, dictionary and corpus
     * @return the simulator
     * @throws dev.assay.InvalidInputException if the context lacks what the simulator needs
     */
    Simulator create(ExplainContext context);
}
