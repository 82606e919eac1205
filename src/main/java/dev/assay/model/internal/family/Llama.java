package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.ModelTypes;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.spi.ConfigFile;

/** Llama 2 and 3: gated feed-forward layers, RMS norms, scaled rotary frequencies since Llama 3. */
public final class Llama implements LlamaLayout {
    @Override
    public String modelType() {
        return ModelTypes.LLAMA;
    }

    @Override
    public TransformerConfig read(ConfigFile file) {
        boolean bias = file.json().bool(LlamaFiles.ATTENTION_BIAS, false);
        return LlamaFiles.read(file, TransformerConfig.llama(), 0, "hidden_act")
                .positions(LlamaFiles.rotary(file, LlamaFiles.headWidth(file, 0)))
                .attentionBias(bias, bias)
                .feedForwardBias(file.json().bool("mlp_bias", false))
                .build();
    }

    @Override
    public void write(TransformerConfig config, ObjectNode json) {
        LlamaFiles.write(config, "LlamaForCausalLM", json);
        LlamaFiles.writeRotary(config, json);
        json.put(LlamaFiles.ATTENTION_BIAS, config.attention().bias());
        json.put("mlp_bias", config.feedForward().bias());
    }
}
