package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.ModelTypes;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.spi.ConfigFile;

/** Qwen2: Llama with biases on queries, keys and values, and optional windows in the later blocks. */
public final class Qwen2 implements LlamaLayout {
    @Override
    public String modelType() {
        return ModelTypes.QWEN2;
    }

    @Override
    public TransformerConfig read(ConfigFile file) {
        return LlamaFiles.read(file, TransformerConfig.qwen2(), 0, "hidden_act")
                .positions(LlamaFiles.rotary(file, LlamaFiles.headWidth(file, 0)))
                .windows(QwenWindows.read(file))
                .build();
    }

    @Override
    public void write(TransformerConfig config, ObjectNode json) {
        LlamaFiles.write(config, "Qwen2ForCausalLM", json);
        LlamaFiles.writeRotary(config, json);
        QwenWindows.write(config, json);
    }
}
