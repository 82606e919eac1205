package dev.assay.explain;

import dev.assay.InvalidInputException;
import dev.assay.io.Providers;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** The explainers, simulators and scorers on the class path, by name. */
public final class ExplainMethods {
    private ExplainMethods() {}

    /** {@return the names of all explainers, in alphabetical order} */
    public static List<String> explainers() {
        return List.copyOf(
                named(ExplainerProvider.class, ExplainerProvider::name).keySet());
    }

    /** {@return the names of all simulators, in alphabetical order} */
    public static List<String> simulators() {
        return List.copyOf(
                named(SimulatorProvider.class, SimulatorProvider::name).keySet());
    }

    /** {@return the names of all scorers, in alphabetical order} */
    public static List<String> scorers() {
        return List.copyOf(named(ScorerProvider.class, ScorerProvider::name).keySet());
    }

    /**
     * Creates an explainer.
     *
     * @param name a name of {@link #explainers}
     * @param context its inputs
     * @return the explainer
     * @throws InvalidInputException if the name is unknown or the context lacks an input
     */
    public static Explainer explainer(String name, ExplainContext context) {
        return find("explainer", name, named(ExplainerProvider.class, ExplainerProvider::name))
                .create(context);
    }

    /**
     * Creates a simulator.
     *
     * @param name a name of {@link #simulators}
     * @param context its inputs
     * @return the simulator
     * @throws InvalidInputException if the name is unknown or the context lacks an input
     */
    public static Simulator simulator(String name, ExplainContext context) {
        return find("simulator", name, named(SimulatorProvider.class, SimulatorProvider::name))
                .create(context);
    }

    /**
     * Creates a scorer.
     *
     * @param name a name of {@link #scorers}
     * @param context its inputs
     * @param simulator predicts activations
     * @return the scorer
     * @throws InvalidInputException if the name is unknown or the context lacks an input
     */
    public static Scorer scorer(String name, ExplainContext context, Simulator simulator) {
        return find("scorer", name, named(ScorerProvider.class, ScorerProvider::name))
                .create(context, simulator);
    }

    private static <T> SortedMap<String, T> named(Class<T> type, Function<T, String> name) {
        SortedMap<String, T> byName = new TreeMap<>();
        for (T provider : Providers.load(type)) {
            T other = byName.put(name.apply(provider), provider);
            if (other != null) {
                throw new InvalidInputException(other.getClass().getName() + " and "
                        + provider.getClass().getName() + " have the same name \"" + name.apply(provider)
                        + "\", expected unique names");
            }
        }
        return byName;
    }

    private static <T> T find(String what, String name, SortedMap<String, T> byName) {
        T provider = byName.get(name);
        if (provider == null) {
            throw new InvalidInputException(
                    "unknown " + what + " \"" + name + "\", expected one of " + String.join(", ", byName.keySet()));
        }
        return provider;
    }
}
