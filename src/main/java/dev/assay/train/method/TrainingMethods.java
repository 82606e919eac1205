package dev.assay.train.method;

import dev.assay.InvalidInputException;
import dev.assay.io.Providers;
import dev.assay.train.spi.MethodArguments;
import dev.assay.train.spi.TrainingMethod;
import dev.assay.train.spi.TrainingMethodProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The registry of training methods by name: the built-in ones and those of other libraries on the class path. */
public final class TrainingMethods {
    private TrainingMethods() {}

    /**
     * Returns the providers of all methods.
     *
     * @return the built-in methods first
     * @throws InvalidInputException if two methods have the same name
     */
    public static List<TrainingMethodProvider> all() {
        List<TrainingMethodProvider> providers = new ArrayList<>();
        Set<String> names = new TreeSet<>();
        for (TrainingMethodProvider provider : Providers.load(TrainingMethodProvider.class)) {
            if (!names.add(provider.name())) {
                throw new InvalidInputException("duplicate training method \"" + provider.name() + "\", provided by "
                        + provider.getClass().getName());
            }
            providers.add(provider);
        }
        return providers;
    }

    /**
     * Returns the names of all methods.
     *
     * @return the names, separated by commas
     */
    public static String names() {
        return all().stream().map(TrainingMethodProvider::name).collect(Collectors.joining(", "));
    }

    /**
     * Finds a method by name.
     *
     * @param name the name, such as {@code topk}
     * @return its provider
     * @throws InvalidInputException if there is no method of that name
     */
    public static TrainingMethodProvider of(String name) {
        return all().stream()
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException(
                        "unknown training method \"" + name + "\", expected one of " + names()));
    }

    /**
     * Creates a method with default options.
     *
     * @param name the name, such as {@code topk}
     * @param sparsity k, the intended L0 or the coefficient, see {@link TrainingMethodProvider#sparsityOption}
     * @param dSae the number of latents
     * @return the method
     * @throws InvalidInputException if there is no method of that name or the sparsity is out of range
     */
    public static TrainingMethod create(String name, double sparsity, int dSae) {
        return create(name, new MethodArguments(sparsity, dSae, Map.of()));
    }

    /**
     * Creates a method.
     *
     * @param name the name, such as {@code topk}
     * @param arguments the sparsity, the number of latents and the method's own options
     * @return the method
     * @throws InvalidInputException if there is no method of that name, an option is unknown, or an argument is out of range
     */
    public static TrainingMethod create(String name, MethodArguments arguments) {
        TrainingMethodProvider provider = of(name);
        Set<String> unknown = new TreeSet<>(arguments.options().keySet());
        unknown.removeAll(provider.options());
        if (!unknown.isEmpty()) {
            Set<String> known = new TreeSet<>(provider.options());
            throw new InvalidInputException("the method " + name + " has no option " + String.join(", ", unknown)
                    + ", expected " + (known.isEmpty() ? "no method options" : "one of " + String.join(", ", known)));
        }
        return provider.create(arguments);
    }
}
