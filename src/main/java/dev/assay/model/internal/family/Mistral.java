package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.ModelTypes;
import dev.assay.model.config.TransformerConfig;
import java.util.Collections;
import java.util.List;

/** Mistral: Llama with a window, the same in all blocks. */
final class Mistral implements LlamaLayout {
    @Override
    public String modelType() {
        return ModelTypes.MISTRAL;
    }

    @Override
    public TransformerConfig read(ConfigFile file) {
        int layers = LlamaFiles.layers(file);
        int window = LlamaFiles.window(file);
        List<Boolean> all = Collections.nCopies(layers, window > 0);
        List<Boolean> stated = file.windowedBlocks(layers);
        file.expect(
                "layer_types",
                stated == null || stated.equals(all),
                "none: in this family all blocks see the same window");
        return LlamaFiles.read(file, TransformerConfig.mistral(), 0, "hidden_act")
                .positions(LlamaFiles.rotary(file, LlamaFiles.headWidth(file, 0)))
                .windows(LlamaFiles.windows(file, all, window))
                .build();
    }

    @Override
    public void write(TransformerConfig config, ObjectNode json) {
        LlamaFiles.write(config, "MistralForCausalLM", json);
        LlamaFiles.writeRotary(config, json);
        LlamaFiles.writeWindow(config, json);
    }
}
