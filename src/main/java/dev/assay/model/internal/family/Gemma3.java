package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.JsonObject;
import dev.assay.model.config.ModelTypes;
import dev.assay.model.config.PositionEncoding;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.spi.ConfigFile;
import dev.assay.model.spi.RotaryEntries;

/** The text model of Gemma 3: normalised queries and keys, a smaller rotary base in blocks with a window (arXiv 2503.19786). */
public final class Gemma3 implements LlamaLayout {
    @Override
    public String modelType() {
        return ModelTypes.GEMMA3_TEXT;
    }

    private static final String FULL = "full_attention";
    private static final String WINDOWED = "sliding_attention";
    private static final String GROUPS = "rope_parameters";
    private static final String OLDER_SCALING = "rope_scaling";
    private static final String OLDER_BASE = "rope_theta";
    private static final String OLDER_WINDOWED_BASE = "rope_local_base_freq";

    /** Ignores {@code attn_logit_softcapping}, as the reference implementation does. */
    @Override
    public TransformerConfig read(ConfigFile file) {
        int layers = LlamaFiles.layers(file);
        int pattern = file.count("sliding_window_pattern", file.count("_sliding_window_pattern", 6));
        return GemmaFiles.read(file, TransformerConfig.gemma3())
                .positions(positions(file))
                .windows(GemmaFiles.windows(file, layers, pattern))
                .logitSoftCap(file.limit(GemmaFiles.LOGIT_CAP, 0))
                .build();
    }

    private static PositionEncoding positions(ConfigFile file) {
        JsonObject json = file.json();
        JsonObject nothing = JsonObject.of(json.file(), json.node().objectNode());
        JsonObject groups = json.has(GROUPS) ? json.object(GROUPS) : nothing;
        file.expect(
                GROUPS,
                groups.node().isEmpty() || groups.has(FULL) || groups.has(WINDOWED),
                "the objects " + FULL + " and " + WINDOWED);
        JsonObject full = groups.has(FULL) ? groups.object(FULL) : nothing;
        JsonObject windowed = groups.has(WINDOWED) ? groups.object(WINDOWED) : nothing;
        JsonObject scaled = json.has(OLDER_SCALING) ? json.object(OLDER_SCALING) : full;
        int dHead = GemmaFiles.headWidth(file);
        int context = LlamaFiles.context(file);
        double fullBase = full.number(OLDER_BASE, json.number(OLDER_BASE, 1_000_000));
        double windowedBase = json.number(OLDER_WINDOWED_BASE, 10_000);
        return new PositionEncoding.RotaryByWindow(
                RotaryEntries.read(windowed, dHead, context, windowedBase),
                RotaryEntries.read(scaled, dHead, context, fullBase));
    }

    @Override
    public void write(TransformerConfig config, ObjectNode json) {
        GemmaFiles.write(config, "Gemma3ForCausalLM", json);
        PositionEncoding.RotaryByWindow positions = (PositionEncoding.RotaryByWindow) config.positions();
        ObjectNode groups = json.putObject(GROUPS);
        RotaryEntries.write(positions.full(), groups.putObject(FULL));
        RotaryEntries.write(positions.windowed(), groups.putObject(WINDOWED));
        json.put(OLDER_BASE, positions.full().base());
        json.put(OLDER_WINDOWED_BASE, positions.windowed().base());
        RotaryEntries.writeOlderScaling(positions.full(), json);
    }
}
