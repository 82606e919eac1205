package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.Norm;
import dev.assay.model.config.PositionEncoding;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.config.TransformerConfigBuilder;
import dev.assay.model.internal.network.Parameters;
import java.util.List;
import java.util.Set;

/** What Llama and the families after it have in common: most keys of config.json and the names of the weights. */
final class LlamaFiles {
    static final String ATTENTION_BIAS = "attention_bias";
    static final String HEAD_WIDTH = "head_dim";
    static final String WINDOW = "sliding_window";
    private static final String PREFIX = "model.";
    private static final String HEADS = "num_attention_heads";
    private static final String SHARED_HEADS = "num_key_value_heads";
    private static final int DEFAULT_WINDOW = 4096;
    private static final RotaryEntries ROTARY = new RotaryEntries(1);

    private LlamaFiles() {}

    /**
     * Reads what all the families have, the rotary embedding apart.
     *
     * @param builder what the family starts from
     * @param dHead the width of a head where the file does not say; 0 for that of the residual stream divided by the heads
     * @param activation the key of the nonlinearity
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

    /** Returns the width of a head; {@code otherwise} may be 0 for that of the residual stream divided by the heads. */
    static int headWidth(ConfigFile file, int otherwise) {
        if (file.json().has(HEAD_WIDTH) || otherwise != 0) {
            return file.count(HEAD_WIDTH, otherwise);
        }
        int width = file.count("hidden_size");
        int heads = file.count(HEADS);
        file.expect(HEADS, width % heads == 0, "a divisor of hidden_size, " + width);
        return width / heads;
    }

    /** Reads the rotary embedding of families whose whole heads turn alike in all blocks. */
    static PositionEncoding.Rotary rotary(ConfigFile file, int dHead) {
        PositionEncoding.Rotary rotary = ROTARY.read(file, dHead, context(file));
        file.expect("partial_rotary_factor", rotary.dimensions() == dHead, "1: in this family whole heads turn");
        return rotary;
    }

    /** Writes what all the families have. */
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
     * @param windowed which blocks have one
     * @param window the window in tokens; 0 when the file gives none
     */
    static List<Integer> windows(ConfigFile file, List<Boolean> windowed, int window) {
        file.expect(
                WINDOW, window > 0 || !windowed.contains(true), "a number of tokens, since some blocks have a window");
        return windowed.stream().map(has -> has ? window : 0).toList();
    }

    /** Reads the window in tokens; 0 when a null turns it off. */
    static int window(ConfigFile file) {
        return file.isNull(WINDOW) ? 0 : file.count(WINDOW, DEFAULT_WINDOW);
    }

    /** Returns the window of the blocks that have one; null where none has. */
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

    /** Returns where the parameters lie; families with norms after the halves name theirs differently. */
    static List<StoredWeight> weights(TransformerConfig config) {
        WeightTable table = new WeightTable(config).single(Parameters.EMBED, PREFIX + "embed_tokens.weight");
        for (int i = 0; i < config.layers(); i++) {
            String layer = PREFIX + "layers." + i + ".";
            String attention = layer + "self_attn.";
            String beforeMlp = config.block().postNorms() ? "pre_feedforward_layernorm" : "post_attention_layernorm";
            table.layer(Parameters.ofBlock(i, "ln1"), layer + "input_layernorm")
                    .queriesKeysValues(
                            Parameters.ofBlock(i, "qkv"),
                            attention + "q_proj",
                            attention + "k_proj",
                            attention + "v_proj")
                    .layer(Parameters.ofBlock(i, "q_norm"), attention + "q_norm")
                    .layer(Parameters.ofBlock(i, "k_norm"), attention + "k_norm")
                    .layer(Parameters.ofBlock(i, "out"), attention + "o_proj")
                    .layer(Parameters.ofBlock(i, "ln1_post"), layer + "post_attention_layernorm")
                    .layer(Parameters.ofBlock(i, "ln2"), layer + beforeMlp)
                    .layer(Parameters.ofBlock(i, "gate"), layer + "mlp.gate_proj")
                    .layer(Parameters.ofBlock(i, "up"), layer + "mlp.up_proj")
                    .layer(Parameters.ofBlock(i, "down"), layer + "mlp.down_proj")
                    .layer(Parameters.ofBlock(i, "ln2_post"), layer + "post_feedforward_layernorm");
        }
        return table.layer(Parameters.LN_FINAL, PREFIX + "norm")
                .single(Parameters.UNEMBED, "lm_head.weight")
                .weights();
    }

    static String nameIn(Set<String> names, String name) {
        return Family.withOrWithout(PREFIX, names, name);
    }
}
