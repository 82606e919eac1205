package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.ModelTypes;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.spi.ConfigFile;
import java.util.Collections;
import java.util.List;

/** Mistral: Llama with the same attention window in all blocks. */
public final class Mistral implements LlamaLayout {
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
                stated.isEmpty() || stated.equals(all),
                "no such field: all blocks of this family have the same window");
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
