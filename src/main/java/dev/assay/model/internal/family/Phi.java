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
import dev.assay.model.spi.WeightRole;
import dev.assay.model.spi.WeightTable;
import java.util.Set;

/** Phi-1, Phi-1.5 and Phi-2: parallel blocks with one norm, partly rotated heads, biases in every linear layer. */
public final class Phi implements ModelFamily {
    private static final String PREFIX = "model.";
    private static final String LAYER = PREFIX + "layers.{i}.";
    private static final String ATTENTION = LAYER + "self_attn.";
    private static final String NORMALIZED_HEADS = "qk_layernorm";
    private static final RotaryEntries ROTARY = new RotaryEntries(0.5);

    @Override
    public String modelType() {
        return ModelTypes.PHI;
    }

    @Override
    public TransformerConfig read(ConfigFile file) {
        int heads = file.count("num_attention_heads");
        int dHead = LlamaFiles.headWidth(file, 0);
        int context = file.count("max_position_embeddings", 2048);
        return TransformerConfig.phi()
                .vocabularySize(file.count("vocab_size"))
                .contextLength(context)
                .layers(file.count("num_hidden_layers"))
                .dModel(file.count("hidden_size"))
                .heads(heads)
                .keyValueHeads(file.count("num_key_value_heads", heads))
                .dHead(dHead)
                .dMlp(file.count("intermediate_size"))
                .activation(file.activation("hidden_act", ActivationFunction.GELU_TANH))
                .norm(new Norm.LayerNorm(file.json().number("layer_norm_eps", 1e-5)))
                .positions(ROTARY.read(file, dHead, context))
                .normalizedHeads(file.json().bool(NORMALIZED_HEADS, false))
                .tied(file.json().bool("tie_word_embeddings", false))
                .build();
    }

    @Override
    public void write(TransformerConfig config, ObjectNode json) {
        json.putArray("architectures").add("PhiForCausalLM");
        json.put("hidden_size", config.dModel());
        json.put("num_hidden_layers", config.layers());
        json.put("num_attention_heads", config.heads());
        json.put("num_key_value_heads", config.keyValueHeads());
        json.put("head_dim", config.dHead());
        json.put("intermediate_size", config.dMlp());
        json.put("max_position_embeddings", config.contextLength());
        json.put("hidden_act", config.activation().hubName());
        json.put("layer_norm_eps", config.norm().eps());
        json.put(NORMALIZED_HEADS, config.attention().normalizedHeads());
        ROTARY.write((PositionEncoding.Rotary) config.positions(), config.dHead(), json);
    }

    @Override
    public WeightTable weights(TransformerConfig config) {
        return new WeightTable()
                .layer(WeightRole.EMBED, PREFIX + "embed_tokens")
                .layer(WeightRole.LN1, LAYER + "input_layernorm")
                .queriesKeysValues(ATTENTION + "q_proj", ATTENTION + "k_proj", ATTENTION + "v_proj")
                .layer(WeightRole.Q_NORM, ATTENTION + "q_layernorm")
                .layer(WeightRole.K_NORM, ATTENTION + "k_layernorm")
                .layer(WeightRole.OUT, ATTENTION + "dense")
                .layer(WeightRole.UP, LAYER + "mlp.fc1")
                .layer(WeightRole.DOWN, LAYER + "mlp.fc2")
                .layer(WeightRole.LN_FINAL, PREFIX + "final_layernorm")
                .layer(WeightRole.UNEMBED, "lm_head");
    }

    @Override
    public String nameIn(Set<String> names, String name) {
        return ModelFamily.withOrWithout(PREFIX, names, name);
    }
}
