package dev.assay.evaluate.baseline;

import dev.assay.InvalidInputException;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/** The {@linkplain BaselineProvider providers} on the class path of the current thread, by name. */
final class BaselineRegistry {
    private BaselineRegistry() {}

    /**
     * Returns all names.
     *
     * @return in alphabetical order
     * @throws InvalidInputException if a provider does not load, or two have the same name
     */
    static List<String> names() {
        return List.copyOf(providers().keySet());
    }

    /**
     * Returns the provider of a name.
     *
     * @throws InvalidInputException if there is none
     */
    static BaselineProvider named(String name) {
        SortedMap<String, BaselineProvider> providers = providers();
        BaselineProvider provider = providers.get(name);
        if (provider == null) {
            throw new InvalidInputException(
                    "unknown baseline \"" + name + "\", expected one of " + String.join(", ", providers.keySet()));
        }
        return provider;
    }

    private static SortedMap<String, BaselineProvider> providers() {
        SortedMap<String, BaselineProvider> byName = new TreeMap<>();
        try {
            for (BaselineProvider provider : ServiceLoader.load(BaselineProvider.class)) {
                BaselineProvider other = byName.put(provider.name(), provider);
                if (other != null) {
                    throw new InvalidInputException(
                            "the baselines " + other.getClass().getName() + " and "
                                    + provider.getClass().getName() + " have the same name \"" + provider.name()
                                    + "\", expected unique names");
                }
            }
        } catch (ServiceConfigurationError broken) {
            throw new InvalidInputException(
                    "a baseline on the class path does not load: " + broken.getMessage(), broken);
        }
        return byName;
    }
}
