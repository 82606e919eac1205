package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.ModelTypes;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.spi.ConfigFile;

/** Qwen3: Llama with normalised query and key heads, and windows as in Qwen2. */
public final class Qwen3 implements LlamaLayout {
    @Override
    public String modelType() {
        return ModelTypes.QWEN3;
    }

    private static final int DEFAULT_HEAD = 128;

    @Override
    public TransformerConfig read(ConfigFile file) {
        boolean bias = file.json().bool(LlamaFiles.ATTENTION_BIAS, false);
        return LlamaFiles.read(file, TransformerConfig.qwen3(), DEFAULT_HEAD, "hidden_act")
                .positions(LlamaFiles.rotary(file, LlamaFiles.headWidth(file, DEFAULT_HEAD)))
                .attentionBias(bias, bias)
                .windows(QwenWindows.read(file))
                .build();
    }

    @Override
    public void write(TransformerConfig config, ObjectNode json) {
        LlamaFiles.write(config, "Qwen3ForCausalLM", json);
        LlamaFiles.writeRotary(config, json);
        QwenWindows.write(config, json);
        json.put(LlamaFiles.ATTENTION_BIAS, config.attention().bias());
    }
}
