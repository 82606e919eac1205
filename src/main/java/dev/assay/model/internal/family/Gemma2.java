package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.ModelTypes;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.spi.ConfigFile;

/** Gemma 2: norms before and after attention and feed-forward layer, soft caps, a window in every other block (arXiv 2408.00118). */
public final class Gemma2 implements LlamaLayout {
    @Override
    public String modelType() {
        return ModelTypes.GEMMA2;
    }

    @Override
    public TransformerConfig read(ConfigFile file) {
        int layers = LlamaFiles.layers(file);
        return GemmaFiles.read(file, TransformerConfig.gemma2())
                .positions(LlamaFiles.rotary(file, GemmaFiles.headWidth(file)))
                .windows(GemmaFiles.windows(file, layers, 2))
                .attentionSoftCap(file.limit(GemmaFiles.ATTENTION_CAP, 50))
                .logitSoftCap(file.limit(GemmaFiles.LOGIT_CAP, 30))
                .build();
    }

    @Override
    public void write(TransformerConfig config, ObjectNode json) {
        GemmaFiles.write(config, "Gemma2ForCausalLM", json);
        LlamaFiles.writeRotary(config, json);
    }
}
