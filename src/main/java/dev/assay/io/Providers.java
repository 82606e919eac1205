package dev.assay.io;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/** Loads the implementations of an extension point that {@code META-INF/services} lists. */
public final class Providers {
    private Providers() {}

    /**
     * Loads all implementations on the class path: those of Assay, then those that only the class loader of the current thread finds, as in a
     * notebook.
     *
     * @param <T> the extension point
     * @param type the extension point
     * @return one instance per class
     * @throws InvalidInputException if an implementation does not load
     */
    public static <T> List<T> load(Class<T> type) {
        List<T> all = new ArrayList<>();
        Set<Class<?>> classes = new HashSet<>();
        try {
            for (ServiceLoader<T> loader :
                    List.of(ServiceLoader.load(type, type.getClassLoader()), ServiceLoader.load(type))) {
                for (T provider : loader) {
                    if (classes.add(provider.getClass())) {
                        all.add(provider);
                    }
                }
            }
        } catch (ServiceConfigurationError broken) {
            throw new InvalidInputException(
                    "an implementation of " + type.getName() + " on the class path does not load: "
                            + broken.getMessage(),
                    broken);
        }
        return all;
    }
}
