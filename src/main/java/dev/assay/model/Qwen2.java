package dev.assay.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/** Qwen2: Llama with biases on queries, keys and values, and windows in the later blocks when they are turned on. */
final class Qwen2 implements Family {
    static final String MODEL_TYPE = "qwen2";

    @Override
    public String modelType() {
        return MODEL_TYPE;
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

    @Override
    public List<StoredWeight> weights(TransformerConfig config) {
        return LlamaFiles.weights(config);
    }

    @Override
    public String nameIn(Set<String> names, String name) {
        return LlamaFiles.nameIn(names, name);
    }
}
