package dev.assay.sae;

import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.JsonObject;
import dev.assay.io.Providers;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** The registry of architectures by their names in {@code cfg.json}: the built-in ones and those of other libraries on the class path. */
final class SaelensArchitectures {
    private static final String FIELD = "architecture";

    private SaelensArchitectures() {}

    private static Map<String, BiFunction<JsonObject, Safetensors, Architecture>> readers() {
        Map<String, BiFunction<JsonObject, Safetensors, Architecture>> readers = new TreeMap<>();
        for (ArchitectureProvider provider : Providers.load(ArchitectureProvider.class)) {
            add(readers, provider.id(), provider::read, provider);
            if (provider.supportsTranscoders()) {
                for (boolean skip : new boolean[] {false, true}) {
                    add(
                            readers,
                            Transcoder.id(provider.id(), skip),
                            (cfg, weights) -> new Transcoder(provider.read(cfg, weights), skip),
                            provider);
                }
            }
        }
        return readers;
    }

    private static void add(
            Map<String, BiFunction<JsonObject, Safetensors, Architecture>> readers,
            String id,
            BiFunction<JsonObject, Safetensors, Architecture> reader,
            ArchitectureProvider provider) {
        if (readers.put(id, reader) != null) {
            throw new InvalidInputException("duplicate architecture \"" + id + "\", provided by "
                    + provider.getClass().getName());
        }
    }

    /**
     * Reads the architecture named in a configuration.
     *
     * @param cfg the configuration
     * @param weights the file of weights, where some architectures store options
     * @throws InvalidInputException if no architecture has the name, or an option is out of range
     */
    static Architecture read(JsonObject cfg, Safetensors weights) {
        String id = cfg.text(FIELD);
        Map<String, BiFunction<JsonObject, Safetensors, Architecture>> readers = readers();
        if (!readers.containsKey(id)) {
            throw cfg.unexpected(FIELD, "one of " + String.join(", ", readers.keySet()));
        }
        return readers.get(id).apply(cfg, weights);
    }
}
