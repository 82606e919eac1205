package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.ActivationFunction;
import dev.assay.model.config.ModelTypes;
import dev.assay.model.config.Norm;
import dev.assay.model.config.PositionEncoding;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.spi.ConfigFile;
import dev.assay.model.spi.ModelFamily;
import dev.assay.model.spi.RotaryEntries;
import dev.assay.model.spi.WeightLayout;
import dev.assay.model.spi.WeightRole;
import dev.assay.model.spi.WeightTable;

/** GPT-NeoX, the architecture of Pythia. */
public final class GptNeoX implements ModelFamily {
    private static final String LAYER = "gpt_neox.layers.{i}.";
    private static final RotaryEntries ROTARY = new RotaryEntries("rotary_emb_base", "rotary_pct", 0.25);

    @Override
    public String modelType() {
        return ModelTypes.GPT_NEOX;
    }

    @Override
    public TransformerConfig read(ConfigFile file) {
        int width = file.count("hidden_size");
        int heads = file.count("num_attention_heads");
        file.expect("num_attention_heads", width % heads == 0, "a divisor of hidden_size, " + width);
        int context = file.count("max_position_embeddings", 2048);
        boolean bias = file.json().bool("attention_bias", true);
        return TransformerConfig.gptNeoX()
                .vocabularySize(file.count("vocab_size"))
                .contextLength(context)
                .layers(file.count("num_hidden_layers"))
                .dModel(width)
                .heads(heads)
                .dMlp(file.count("intermediate_size"))
                .activation(file.activation("hidden_act", ActivationFunction.GELU))
                .norm(new Norm.LayerNorm(file.json().number("layer_norm_eps", 1e-5)))
                .positions(ROTARY.read(file, width / heads, context))
                .attentionBias(bias, bias)
                .parallel(file.json().bool("use_parallel_residual", true))
                .tied(file.json().bool("tie_word_embeddings", false))
                .build();
    }

    @Override
    public void write(TransformerConfig config, ObjectNode json) {
        json.putArray("architectures").add("GPTNeoXForCausalLM");
        json.put("hidden_size", config.dModel());
        json.put("num_hidden_layers", config.layers());
        json.put("num_attention_heads", config.heads());
        json.put("intermediate_size", config.dMlp());
        json.put("max_position_embeddings", config.contextLength());
        json.put("hidden_act", config.activation().hubName());
        json.put("layer_norm_eps", config.norm().eps());
        json.put("attention_bias", config.attention().bias());
        json.put("use_parallel_residual", config.parallel());
        ROTARY.write((PositionEncoding.Rotary) config.positions(), config.dHead(), json);
    }

    @Override
    public WeightTable weights(TransformerConfig config) {
        return new WeightTable()
                .layer(WeightRole.EMBED, "gpt_neox.embed_in")
                .layer(WeightRole.LN1, LAYER + "input_layernorm")
                .layer(WeightRole.QKV, LAYER + "attention.query_key_value", WeightLayout.HEADS_OUTERMOST)
                .layer(WeightRole.OUT, LAYER + "attention.dense")
                .layer(WeightRole.LN2, LAYER + "post_attention_layernorm")
                .layer(WeightRole.UP, LAYER + "mlp.dense_h_to_4h")
                .layer(WeightRole.DOWN, LAYER + "mlp.dense_4h_to_h")
                .layer(WeightRole.LN_FINAL, "gpt_neox.final_layer_norm")
                .layer(WeightRole.UNEMBED, "embed_out");
    }
}
