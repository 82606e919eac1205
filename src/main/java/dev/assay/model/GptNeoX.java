package dev.assay.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** GPT-NeoX, the architecture of Pythia. */
final class GptNeoX implements Family {
    static final String MODEL_TYPE = "gpt_neox";

    @Override
    public String modelType() {
        return MODEL_TYPE;
    }

    @Override
    public TransformerConfig read(ConfigFile file) {
        int width = file.count("hidden_size");
        int heads = file.count("num_attention_heads");
        file.expect("num_attention_heads", width % heads == 0, "a divisor of hidden_size, " + width);
        file.expect("attention_bias", file.json().bool("attention_bias", true), "true");
        file.expectPlainRotary();
        return TransformerConfig.gptNeoX()
                .vocabularySize(file.count("vocab_size"))
                .contextLength(file.count("max_position_embeddings", 2048))
                .layers(file.count("num_hidden_layers"))
                .dModel(width)
                .heads(heads)
                .dMlp(file.count("intermediate_size"))
                .activation(file.activation("hidden_act", ActivationFunction.GELU))
                .norm(new Norm.LayerNorm(file.json().number("layer_norm_eps", 1e-5)))
                .rotary(
                        file.rotary(0.25, "partial_rotary_factor", "rotary_pct"),
                        file.rotary(10_000, "rope_theta", "rotary_emb_base"))
                .parallel(file.json().bool("use_parallel_residual", true))
                .tied(file.json().bool("tie_word_embeddings", false))
                .build();
    }

    @Override
    public void write(TransformerConfig config, ObjectNode json) {
        Positions.Rotary rotary = (Positions.Rotary) config.positions();
        Norm.LayerNorm norm = (Norm.LayerNorm) config.norm();
        json.putArray("architectures").add("GPTNeoXForCausalLM");
        json.put("hidden_size", config.dModel());
        json.put("num_hidden_layers", config.layers());
        json.put("num_attention_heads", config.heads());
        json.put("intermediate_size", config.dMlp());
        json.put("max_position_embeddings", config.contextLength());
        json.put("hidden_act", config.activation() == ActivationFunction.GELU ? "gelu" : "gelu_new");
        json.put("layer_norm_eps", norm.eps());
        json.put("attention_bias", true);
        double share = (double) rotary.dimensions() / config.dHead();
        // Both spellings: libraries before transformers 5 know only the first.
        json.put("rotary_pct", share);
        json.put("rotary_emb_base", rotary.base());
        ObjectNode rope = json.putObject("rope_parameters");
        rope.put("rope_type", "default");
        rope.put("rope_theta", rotary.base());
        rope.put("partial_rotary_factor", share);
        json.put("use_parallel_residual", config.parallel());
    }

    @Override
    public List<StoredWeight> weights(TransformerConfig config) {
        List<StoredWeight> weights = new ArrayList<>();
        weights.add(new StoredWeight(Parameters.EMBED, "gpt_neox.embed_in.weight", Layout.PLAIN));
        for (int i = 0; i < config.layers(); i++) {
            String layer = "gpt_neox.layers." + i + ".";
            both(weights, Parameters.ofBlock(i, "ln1"), layer + "input_layernorm", Layout.PLAIN);
            both(weights, Parameters.ofBlock(i, "qkv"), layer + "attention.query_key_value", Layout.HEADS_OUTERMOST);
            both(weights, Parameters.ofBlock(i, "out"), layer + "attention.dense", Layout.PLAIN);
            both(weights, Parameters.ofBlock(i, "ln2"), layer + "post_attention_layernorm", Layout.PLAIN);
            both(weights, Parameters.ofBlock(i, "up"), layer + "mlp.dense_h_to_4h", Layout.PLAIN);
            both(weights, Parameters.ofBlock(i, "down"), layer + "mlp.dense_4h_to_h", Layout.PLAIN);
        }
        both(weights, Parameters.LN_FINAL, "gpt_neox.final_layer_norm", Layout.PLAIN);
        if (!config.tied()) {
            weights.add(new StoredWeight(Parameters.UNEMBED, "embed_out.weight", Layout.PLAIN));
        }
        return weights;
    }

    private static void both(List<StoredWeight> weights, String parameter, String name, Layout layout) {
        weights.add(new StoredWeight(parameter + ".weight", name + ".weight", layout));
        weights.add(new StoredWeight(parameter + ".bias", name + ".bias", layout));
    }
}
