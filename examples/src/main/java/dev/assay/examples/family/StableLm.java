package dev.assay.examples.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.ActivationFunction;
import dev.assay.model.config.Norm;
import dev.assay.model.config.PositionEncoding;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.spi.ConfigFile;
import dev.assay.model.spi.ModelFamily;
import dev.assay.model.spi.RotaryEntries;
import dev.assay.model.spi.WeightRole;
import dev.assay.model.spi.WeightTable;

/**
 * StableLM ({@code stabilityai/stablelm-3b-4e1t}, {@code stabilityai/stablelm-2-1_6b}): layer norms, gated feed-forward layers, rotary
 * positions in a quarter of each head.
 */
public final class StableLm implements ModelFamily {
    private static final String LAYER = "model.layers.{i}.";
    private static final RotaryEntries ROTARY = new RotaryEntries(0.25);

    @Override
    public String modelType() {
        return "stablelm";
    }

    @Override
    public TransformerConfig read(ConfigFile file) {
        file.expectFalse("use_parallel_residual");
        file.expectFalse("qk_layernorm");
        int width = file.count("hidden_size");
        int heads = file.count("num_attention_heads");
        file.expect("num_attention_heads", width % heads == 0, "a divisor of hidden_size, " + width);
        int context = file.count("max_position_embeddings", 4096);
        return TransformerConfig.builder(modelType())
                .vocabularySize(file.count("vocab_size"))
                .contextLength(context)
                .layers(file.count("num_hidden_layers"))
                .dModel(width)
                .heads(heads)
                .keyValueHeads(file.count("num_key_value_heads", heads))
                .dMlp(file.count("intermediate_size"))
                .gated(true)
                .activation(file.activation("hidden_act", ActivationFunction.SILU))
                .norm(new Norm.LayerNorm(file.json().number("layer_norm_eps", 1e-5)))
                .positions(ROTARY.read(file, width / heads, context))
                .attentionBias(file.json().bool("use_qkv_bias", false), false)
                .feedForwardBias(false)
                .tied(file.json().bool("tie_word_embeddings", false))
                .build();
    }

    @Override
    public void write(TransformerConfig config, ObjectNode json) {
        json.putArray("architectures").add("StableLmForCausalLM");
        json.put("hidden_size", config.dModel());
        json.put("num_hidden_layers", config.layers());
        json.put("num_attention_heads", config.heads());
        json.put("num_key_value_heads", config.keyValueHeads());
        json.put("intermediate_size", config.dMlp());
        json.put("max_position_embeddings", config.contextLength());
        json.put("hidden_act", config.activation().hubName());
        json.put("layer_norm_eps", config.norm().eps());
        json.put("use_qkv_bias", config.attention().bias());
        json.put("use_parallel_residual", false);
        json.put("qk_layernorm", false);
        ROTARY.write((PositionEncoding.Rotary) config.positions(), config.dHead(), json);
    }

    @Override
    public WeightTable weights(TransformerConfig config) {
        return new WeightTable()
                .layer(WeightRole.EMBED, "model.embed_tokens")
                .layer(WeightRole.LN1, LAYER + "input_layernorm")
                .queriesKeysValues(LAYER + "self_attn.q_proj", LAYER + "self_attn.k_proj", LAYER + "self_attn.v_proj")
                .layer(WeightRole.OUT, LAYER + "self_attn.o_proj")
                .layer(WeightRole.LN2, LAYER + "post_attention_layernorm")
                .layer(WeightRole.GATE, LAYER + "mlp.gate_proj")
                .layer(WeightRole.UP, LAYER + "mlp.up_proj")
                .layer(WeightRole.DOWN, LAYER + "mlp.down_proj")
                .layer(WeightRole.LN_FINAL, "model.norm")
                .layer(WeightRole.UNEMBED, "lm_head");
    }
}
