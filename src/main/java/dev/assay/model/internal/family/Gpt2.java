package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.ActivationFunction;
import dev.assay.model.config.ModelTypes;
import dev.assay.model.config.Norm;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.spi.ConfigFile;
import dev.assay.model.spi.ModelFamily;
import dev.assay.model.spi.WeightLayout;
import dev.assay.model.spi.WeightRole;
import dev.assay.model.spi.WeightTable;
import java.util.Set;

/** GPT-2. Its files store the weights of linear layers as [in, out]; files on the hub omit the prefix {@code transformer}. */
public final class Gpt2 implements ModelFamily {
    private static final String PREFIX = "transformer.";
    private static final String LAYER = PREFIX + "h.{i}.";
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
    public WeightTable weights(TransformerConfig config) {
        return new WeightTable()
                .layer(WeightRole.EMBED, PREFIX + "wte")
                .layer(WeightRole.POSITIONS, PREFIX + "wpe")
                .layer(WeightRole.LN1, LAYER + "ln_1")
                .layer(WeightRole.QKV, LAYER + "attn.c_attn", WeightLayout.TRANSPOSED)
                .layer(WeightRole.OUT, LAYER + "attn.c_proj", WeightLayout.TRANSPOSED)
                .layer(WeightRole.LN2, LAYER + "ln_2")
                .layer(WeightRole.UP, LAYER + "mlp.c_fc", WeightLayout.TRANSPOSED)
                .layer(WeightRole.DOWN, LAYER + "mlp.c_proj", WeightLayout.TRANSPOSED)
                .layer(WeightRole.LN_FINAL, PREFIX + "ln_f")
                .layer(WeightRole.UNEMBED, "lm_head");
    }

    @Override
    public String nameIn(Set<String> names, String name) {
        return ModelFamily.withOrWithout(PREFIX, names, name);
    }
}
