package dev.assay.model.internal.family;

import dev.assay.InvalidInputException;
import dev.assay.model.spi.ConfigFile;
import dev.assay.model.spi.ModelFamily;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The registered model families: the built-in ones, and those of the libraries on the class path. */
public final class ModelFamilies {
    private static final String QUANTIZED = "quantization_config";

    private ModelFamilies() {}

    /** Returns every family once. The loader of this class finds the built-in families also where the thread's loader does not. */
    private static List<ModelFamily> all() {
        Map<Class<?>, ModelFamily> families = new LinkedHashMap<>();
        ServiceLoader.load(ModelFamily.class, ModelFamilies.class.getClassLoader())
                .forEach(family -> families.putIfAbsent(family.getClass(), family));
        ServiceLoader.load(ModelFamily.class).forEach(family -> families.putIfAbsent(family.getClass(), family));
        return List.copyOf(families.values());
    }

    /** Returns the family of a config.json. */
    public static ModelFamily of(ConfigFile file) {
        ModelFamily family = find(file.json().text("model_type"), file.json().file() + ": model_type");
        file.expect(QUANTIZED, !file.json().has(QUANTIZED), "weights without quantization");
        return family;
    }

    /** Returns the family of a model type; {@code origin} begins the error message. */
    public static ModelFamily find(String type, String origin) {
        List<ModelFamily> families = all();
        List<ModelFamily> found = families.stream()
                .filter(family -> family.modelType().equals(type))
                .toList();
        if (found.isEmpty()) {
            String known = families.stream().map(ModelFamily::modelType).collect(Collectors.joining(", "));
            throw new InvalidInputException(origin + " is \"" + type + "\", expected one of " + known);
        }
        if (found.size() > 1) {
            String classes =
                    found.stream().map(family -> family.getClass().getName()).collect(Collectors.joining(" and "));
            throw new InvalidInputException(
                    origin + " is \"" + type + "\", registered by " + classes + ", expected one family per model type");
        }
        return found.get(0);
    }
}
