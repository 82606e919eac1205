package dev.assay.sae;

import dev.assay.checkpoint.Safetensors;
import dev.assay.io.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** The architectures by their names in {@code cfg.json}. */
final class SaelensArchitectures {
    private static final String FIELD = "architecture";
    /** What an autoencoder can be made of and a transcoder too. */
    private static final List<String> FINISHED = List.of(Standard.ID, Gated.ID, JumpRelu.ID, TopK.ID);

    private static final Map<String, BiFunction<JsonObject, Safetensors, Architecture>> READERS = readers();

    private SaelensArchitectures() {}

    private static Map<String, BiFunction<JsonObject, Safetensors, Architecture>> readers() {
        Map<String, BiFunction<JsonObject, Safetensors, Architecture>> readers = new TreeMap<>();
        readers.put(Standard.ID, (cfg, weights) -> new Standard());
        readers.put(Gated.ID, (cfg, weights) -> new Gated());
        readers.put(JumpRelu.ID, (cfg, weights) -> new JumpRelu());
        readers.put(TopK.ID, (cfg, weights) -> TopK.read(cfg));
        readers.put(BatchTopK.ID, BatchTopK::read);
        readers.put(BatchTopK.MATRYOSHKA_ID, BatchTopK::read);
        for (String codes : FINISHED) {
            BiFunction<JsonObject, Safetensors, Architecture> reader = readers.get(codes);
            for (boolean skip : new boolean[] {false, true}) {
                readers.put(
                        Transcoder.id(codes, skip), (cfg, weights) -> new Transcoder(reader.apply(cfg, weights), skip));
            }
        }
        return readers;
    }

    /**
     * Reads an architecture.
     *
     * @param cfg the configuration
     * @param weights where a number of an architecture may stand too
     * @return the architecture that the configuration names
     */
    static Architecture read(JsonObject cfg, Safetensors weights) {
        String id = cfg.text(FIELD);
        if (!READERS.containsKey(id)) {
            throw cfg.unexpected(FIELD, "one of " + String.join(", ", READERS.keySet()));
        }
        return READERS.get(id).apply(cfg, weights);
    }
}
