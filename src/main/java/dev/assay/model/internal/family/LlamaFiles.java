package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.Norm;
import dev.assay.model.config.PositionEncoding;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.config.TransformerConfigBuilder;
import dev.assay.model.spi.ConfigFile;
import dev.assay.model.spi.ModelFamily;
import dev.assay.model.spi.RotaryEntries;
import dev.assay.model.spi.WeightRole;
import dev.assay.model.spi.WeightTable;
import java.util.List;
import java.util.Set;

/** The fields of config.json and the tensor names that Llama and similar families share. */
final class LlamaFiles {
    static final String ATTENTION_BIAS = "attention_bias";
    static final String HEAD_WIDTH = "head_dim";
    static final String WINDOW = "sliding_window";
    private static final String PREFIX = "model.";
    private static final String LAYER = PREFIX + "layers.{i}.";
    private static final String ATTENTION = LAYER + "self_attn.";
    private static final String HEADS = "num_attention_heads";
    private static final String SHARED_HEADS = "num_key_value_heads";
    private static final int DEFAULT_WINDOW = 4096;
    private static final RotaryEntries ROTARY = new RotaryEntries(1);

    private LlamaFiles() {}

    /**
     * Reads the shared fields except the rotary embedding.
     *
     * @param builder the defaults of the family
     * @param dHead the width of a head when the file has none; 0 means the width of the residual stream divided by the heads
     * @param activation the field of the activation function
     */
    static TransformerConfigBuilder read(
            ConfigFile file, TransformerConfigBuilder builder, int dHead, String activation) {
        TransformerConfig start = builder.build();
        int heads = file.count(HEADS);
        int shared = file.count(SHARED_HEADS, heads);
        file.expect(SHARED_HEADS, heads % shared == 0, "a divisor of " + HEADS + ", " + heads);
        Norm.RmsNorm norm = (Norm.RmsNorm) start.norm();
        return builder.vocabularySize(file.count("vocab_size"))
                .contextLength(context(file))
                .layers(layers(file))
                .dModel(file.count("hidden_size"))
                .heads(heads)
                .keyValueHeads(shared)
                .dHead(headWidth(file, dHead))
                .dMlp(file.count("intermediate_size"))
                .activation(file.activation(activation, start.activation()))
                .norm(new Norm.RmsNorm(file.json().number("rms_norm_eps", norm.eps()), norm.unitOffset()))
                .tied(file.json().bool("tie_word_embeddings", start.tied()));
    }

    static int layers(ConfigFile file) {
        return file.count("num_hidden_layers");
    }

    static int context(ConfigFile file) {
        return file.count("max_position_embeddings");
    }

    /** Returns the width of a head; a default of 0 means the width of the residual stream divided by the heads. */
    static int headWidth(ConfigFile file, int defaultValue) {
        if (file.json().has(HEAD_WIDTH) || defaultValue != 0) {
            return file.count(HEAD_WIDTH, defaultValue);
        }
        int width = file.count("hidden_size");
        int heads = file.count(HEADS);
        file.expect(HEADS, width % heads == 0, "a divisor of hidden_size, " + width);
        return width / heads;
    }

    /** Reads the rotary embedding of families that rotate whole heads equally in all blocks. */
    static PositionEncoding.Rotary rotary(ConfigFile file, int dHead) {
        PositionEncoding.Rotary rotary = ROTARY.read(file, dHead, context(file));
        file.expect("partial_rotary_factor", rotary.dimensions() == dHead, "1: this family rotates whole heads");
        return rotary;
    }

    /** Writes the shared fields. */
    static void write(TransformerConfig config, String architecture, ObjectNode json) {
        json.putArray("architectures").add(architecture);
        json.put("hidden_size", config.dModel());
        json.put("num_hidden_layers", config.layers());
        json.put(HEADS, config.heads());
        json.put(SHARED_HEADS, config.keyValueHeads());
        json.put(HEAD_WIDTH, config.dHead());
        json.put("intermediate_size", config.dMlp());
        json.put("max_position_embeddings", config.contextLength());
        json.put("rms_norm_eps", config.norm().eps());
        json.put("hidden_act", config.activation().hubName());
    }

    static void writeRotary(TransformerConfig config, ObjectNode json) {
        ROTARY.write((PositionEncoding.Rotary) config.positions(), config.dHead(), json);
    }

    /**
     * Returns the window of each block.
     *
     * @param windowed whether each block has a window
     * @param window the window in tokens; 0 when the file has none
     */
    static List<Integer> windows(ConfigFile file, List<Boolean> windowed, int window) {
        file.expect(
                WINDOW, window > 0 || !windowed.contains(true), "a number of tokens, since some blocks have a window");
        return windowed.stream().map(has -> has ? window : 0).toList();
    }

    /** Reads the window in tokens; 0 for null. */
    static int window(ConfigFile file) {
        return file.isNull(WINDOW) ? 0 : file.count(WINDOW, DEFAULT_WINDOW);
    }

    /** Returns the window of the blocks that have one, or null. */
    static Integer windowOf(TransformerConfig config) {
        return config.attention().windows().stream()
                .filter(window -> window > 0)
                .findFirst()
                .orElse(null);
    }

    static void writeWindow(TransformerConfig config, ObjectNode json) {
        json.put(WINDOW, windowOf(config));
    }

    static void writeLayerTypes(TransformerConfig config, ObjectNode json) {
        var types = json.putArray("layer_types");
        for (int window : config.attention().windows()) {
            types.add(window > 0 ? "sliding_attention" : "full_attention");
        }
    }

    /** Returns the tensor names. Families with norms after attention and feed-forward layer name the norm before the latter differently. */
    static WeightTable weights(TransformerConfig config) {
        String beforeMlp = config.block().postNorms() ? "pre_feedforward_layernorm" : "post_attention_layernorm";
        return new WeightTable()
                .layer(WeightRole.EMBED, PREFIX + "embed_tokens")
                .layer(WeightRole.LN1, LAYER + "input_layernorm")
                .queriesKeysValues(ATTENTION + "q_proj", ATTENTION + "k_proj", ATTENTION + "v_proj")
                .layer(WeightRole.Q_NORM, ATTENTION + "q_norm")
                .layer(WeightRole.K_NORM, ATTENTION + "k_norm")
                .layer(WeightRole.OUT, ATTENTION + "o_proj")
                .layer(WeightRole.LN1_POST, LAYER + "post_attention_layernorm")
                .layer(WeightRole.LN2, LAYER + beforeMlp)
                .layer(WeightRole.GATE, LAYER + "mlp.gate_proj")
                .layer(WeightRole.UP, LAYER + "mlp.up_proj")
                .layer(WeightRole.DOWN, LAYER + "mlp.down_proj")
                .layer(WeightRole.LN2_POST, LAYER + "post_feedforward_layernorm")
                .layer(WeightRole.LN_FINAL, PREFIX + "norm")
                .layer(WeightRole.UNEMBED, "lm_head");
    }

    static String nameIn(Set<String> names, String name) {
        return ModelFamily.withOrWithout(PREFIX, names, name);
    }
}
