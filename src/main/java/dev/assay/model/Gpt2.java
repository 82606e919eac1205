package dev.assay.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** GPT-2, whose files store the weights of products as [in, out] and, on the hub, names without the first part. */
final class Gpt2 implements Family {
    static final String MODEL_TYPE = "gpt2";
    private static final String PREFIX = "transformer.";

    @Override
    public String modelType() {
        return MODEL_TYPE;
    }

    @Override
    public TransformerConfig read(ConfigFile file) {
        int width = file.count("n_embd");
        int heads = file.count("n_head");
        file.expect("n_head", width % heads == 0, "a divisor of n_embd, " + width);
        file.expect("scale_attn_weights", file.json().bool("scale_attn_weights", true), "true");
        String byLayer = "scale_attn_by_inverse_layer_idx";
        file.expect(byLayer, !file.json().bool(byLayer, false), "false");
        return TransformerConfig.gpt2()
                .vocabularySize(file.count("vocab_size"))
                .contextLength(file.count("n_positions", 1024))
                .layers(file.count("n_layer"))
                .dModel(width)
                .heads(heads)
                .dMlp(file.count("n_inner", 4 * width))
                .activation(file.activation("activation_function", ActivationFunction.GELU_TANH))
                .norm(new Norm.LayerNorm(file.json().number("layer_norm_epsilon", 1e-5)))
                .tied(file.json().bool("tie_word_embeddings", true))
                .build();
    }

    @Override
    public void write(TransformerConfig config, ObjectNode json) {
        Norm.LayerNorm norm = (Norm.LayerNorm) config.norm();
        json.putArray("architectures").add("GPT2LMHeadModel");
        json.put("n_embd", config.dModel());
        json.put("n_layer", config.layers());
        json.put("n_head", config.heads());
        json.put("n_inner", config.dMlp());
        json.put("n_positions", config.contextLength());
        json.put("activation_function", config.activation() == ActivationFunction.GELU ? "gelu" : "gelu_new");
        json.put("layer_norm_epsilon", norm.eps());
    }

    @Override
    public List<StoredWeight> weights(TransformerConfig config) {
        List<StoredWeight> weights = new ArrayList<>();
        weights.add(new StoredWeight(Parameters.EMBED, PREFIX + "wte.weight", Layout.PLAIN));
        weights.add(new StoredWeight(Parameters.POSITIONS, PREFIX + "wpe.weight", Layout.PLAIN));
        for (int i = 0; i < config.layers(); i++) {
            String layer = PREFIX + "h." + i + ".";
            both(weights, Parameters.ofBlock(i, "ln1"), layer + "ln_1", Layout.PLAIN);
            both(weights, Parameters.ofBlock(i, "qkv"), layer + "attn.c_attn", Layout.TRANSPOSED);
            both(weights, Parameters.ofBlock(i, "out"), layer + "attn.c_proj", Layout.TRANSPOSED);
            both(weights, Parameters.ofBlock(i, "ln2"), layer + "ln_2", Layout.PLAIN);
            both(weights, Parameters.ofBlock(i, "up"), layer + "mlp.c_fc", Layout.TRANSPOSED);
            both(weights, Parameters.ofBlock(i, "down"), layer + "mlp.c_proj", Layout.TRANSPOSED);
        }
        both(weights, Parameters.LN_FINAL, PREFIX + "ln_f", Layout.PLAIN);
        if (!config.tied()) {
            weights.add(new StoredWeight(Parameters.UNEMBED, "lm_head.weight", Layout.PLAIN));
        }
        return weights;
    }

    private static void both(List<StoredWeight> weights, String parameter, String name, Layout layout) {
        weights.add(new StoredWeight(parameter + ".weight", name + ".weight", layout));
        weights.add(new StoredWeight(parameter + ".bias", name + ".bias", Layout.PLAIN));
    }

    @Override
    public String nameIn(Set<String> names, String name) {
        boolean bare = !names.contains(name) && name.startsWith(PREFIX);
        return bare ? name.substring(PREFIX.length()) : name;
    }
}
