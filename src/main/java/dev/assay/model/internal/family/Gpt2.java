package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.ActivationFunction;
import dev.assay.model.config.ModelTypes;
import dev.assay.model.config.Norm;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.internal.network.Parameters;
import java.util.List;
import java.util.Set;

/** GPT-2, whose files store the weights of products as [in, out] and, on the hub, names without the first part. */
final class Gpt2 implements Family {
    private static final String PREFIX = "transformer.";
    private static final String BY_LAYER = "scale_attn_by_inverse_layer_idx";
    private static final String SCALED = "scale_attn_weights";

    @Override
    public String modelType() {
        return ModelTypes.GPT2;
    }

    @Override
    public TransformerConfig read(ConfigFile file) {
        int width = file.count("n_embd");
        int heads = file.count("n_head");
        file.expect("n_head", width % heads == 0, "a divisor of n_embd, " + width);
        file.expectFalse("add_cross_attention");
        return TransformerConfig.gpt2()
                .vocabularySize(file.count("vocab_size"))
                .contextLength(file.count("n_positions", 1024))
                .layers(file.count("n_layer"))
                .dModel(width)
                .heads(heads)
                .attentionScale(file.json().bool(SCALED, true) ? 0 : 1)
                .scaledByDepth(file.json().bool(BY_LAYER, false))
                .dMlp(file.count("n_inner", 4 * width))
                .activation(file.activation("activation_function", ActivationFunction.GELU_TANH))
                .norm(new Norm.LayerNorm(file.json().number("layer_norm_epsilon", 1e-5)))
                .tied(file.json().bool("tie_word_embeddings", true))
                .build();
    }

    @Override
    public void write(TransformerConfig config, ObjectNode json) {
        json.putArray("architectures").add("GPT2LMHeadModel");
        json.put("n_embd", config.dModel());
        json.put("n_layer", config.layers());
        json.put("n_head", config.heads());
        json.put("n_inner", config.dMlp());
        json.put("n_positions", config.contextLength());
        json.put("activation_function", config.activation().hubName());
        json.put("layer_norm_epsilon", config.norm().eps());
        json.put(SCALED, config.attention().scale() != 1);
        json.put(BY_LAYER, config.attention().scaledByDepth());
    }

    @Override
    public List<StoredWeight> weights(TransformerConfig config) {
        WeightTable table = new WeightTable(config)
                .single(Parameters.EMBED, PREFIX + "wte.weight")
                .single(Parameters.POSITIONS, PREFIX + "wpe.weight");
        for (int i = 0; i < config.layers(); i++) {
            String layer = PREFIX + "h." + i + ".";
            table.layer(Parameters.ofBlock(i, "ln1"), layer + "ln_1");
            transposed(table, Parameters.ofBlock(i, "qkv"), layer + "attn.c_attn");
            transposed(table, Parameters.ofBlock(i, "out"), layer + "attn.c_proj");
            table.layer(Parameters.ofBlock(i, "ln2"), layer + "ln_2");
            transposed(table, Parameters.ofBlock(i, "up"), layer + "mlp.c_fc");
            transposed(table, Parameters.ofBlock(i, "down"), layer + "mlp.c_proj");
        }
        return table.layer(Parameters.LN_FINAL, PREFIX + "ln_f")
                .single(Parameters.UNEMBED, "lm_head.weight")
                .weights();
    }

    private static void transposed(WeightTable table, String layer, String name) {
        table.layer(layer, name, Layout.TRANSPOSED, Layout.PLAIN);
    }

    @Override
    public String nameIn(Set<String> names, String name) {
        return Family.withOrWithout(PREFIX, names, name);
    }
}
