package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.AttentionConfig;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.config.TransformerConfigBuilder;
import dev.assay.model.spi.ConfigFile;
import java.util.List;
import java.util.stream.IntStream;

/** The fields that Gemma 2 and Gemma 3 share, in addition to {@link LlamaFiles}. */
final class GemmaFiles {
    static final String ATTENTION_CAP = "attn_logit_softcapping";
    static final String LOGIT_CAP = "final_logit_softcapping";
    private static final String SCALE = "query_pre_attn_scalar";
    private static final String ACTIVATION = "hidden_activation";
    private static final int DEFAULT = 256;

    private GemmaFiles() {}

    /** Reads the shared fields. The attention scale is {@code query_pre_attn_scalar^(−1/2)}. */
    static TransformerConfigBuilder read(ConfigFile file, TransformerConfigBuilder builder) {
        file.expectFalse("use_bidirectional_attention");
        boolean bias = file.json().bool(LlamaFiles.ATTENTION_BIAS, false);
        double scalar = file.json().number(SCALE, DEFAULT);
        file.expect(SCALE, scalar > 0, "a positive number");
        return LlamaFiles.read(file, builder, DEFAULT, ACTIVATION)
                .attentionScale(1 / Math.sqrt(scalar))
                .attentionBias(bias, bias);
    }

    static int headWidth(ConfigFile file) {
        return LlamaFiles.headWidth(file, DEFAULT);
    }

    /** Returns the window of each block: from the list in the file, otherwise in all blocks except every n-th. */
    static List<Integer> windows(ConfigFile file, int layers, int everyNthFull) {
        List<Boolean> stated = file.windowedBlocks(layers);
        List<Boolean> alternating = IntStream.rangeClosed(1, layers)
                .mapToObj(number -> number % everyNthFull != 0)
                .toList();
        return LlamaFiles.windows(file, stated.isEmpty() ? alternating : stated, LlamaFiles.window(file));
    }

    static void write(TransformerConfig config, String architecture, ObjectNode json) {
        LlamaFiles.write(config, architecture, json);
        AttentionConfig attention = config.attention();
        json.put(ACTIVATION, config.activation().hubName());
        json.put(LlamaFiles.ATTENTION_BIAS, attention.bias());
        putScalar(json, 1 / (attention.scale() * attention.scale()));
        putCap(json, ATTENTION_CAP, attention.softCap());
        putCap(json, LOGIT_CAP, config.embedding().softCap());
        LlamaFiles.writeWindow(config, json);
        LlamaFiles.writeLayerTypes(config, json);
    }

    /** Writes an integer where the value is one up to rounding, as the reference implementation expects. */
    private static void putScalar(ObjectNode json, double scalar) {
        long whole = Math.round(scalar);
        if (Math.abs(scalar - whole) < 1e-9 * whole) {
            json.put(SCALE, whole);
        } else {
            json.put(SCALE, scalar);
        }
    }

    private static void putCap(ObjectNode json, String key, double cap) {
        json.put(key, cap == 0 ? null : cap);
    }
}
