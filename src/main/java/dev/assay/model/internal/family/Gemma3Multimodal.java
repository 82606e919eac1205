package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.JsonObject;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.spi.ConfigFile;
import dev.assay.model.spi.ModelFamily;
import dev.assay.model.spi.WeightTable;
import java.util.List;
import java.util.Set;

/** The multimodal Gemma 3. Only its text model is loaded; the vision tensors are ignored. */
public final class Gemma3Multimodal implements ModelFamily {
    private static final String TEXT = "text_config";
    /** The prefixes of the text model in checkpoints, in historical order. */
    private static final List<String> PREFIXES = List.of("language_model.model.", "model.language_model.");

    private static final String UNEMBEDDING = "lm_head.";
    private static final String TEXT_UNEMBEDDING = "language_model." + UNEMBEDDING;

    private final Gemma3 text = new Gemma3();

    @Override
    public String modelType() {
        return "gemma3";
    }

    /** Adds the defaults of {@code Gemma3TextConfig} in transformers, which files omit. */
    @Override
    public TransformerConfig read(ConfigFile file) {
        JsonObject stated = file.json().object(TEXT);
        ObjectNode all = stated.node().objectNode();
        all.put("vocab_size", 262_208).put("max_position_embeddings", 131_072);
        all.put("num_attention_heads", 8).put("num_key_value_heads", 4);
        all.setAll(stated.node());
        return text.read(new ConfigFile(JsonObject.of(file.json().file(), all)));
    }

    @Override
    public void write(TransformerConfig config, ObjectNode json) {
        text.write(config, json);
    }

    @Override
    public WeightTable weights(TransformerConfig config) {
        return text.weights(config);
    }

    @Override
    public String nameIn(Set<String> names, String name) {
        if (name.startsWith(UNEMBEDDING)) {
            String ofText = name.replace(UNEMBEDDING, TEXT_UNEMBEDDING);
            return names.contains(ofText) ? ofText : name;
        }
        return PREFIXES.stream()
                .map(prefix -> name.replaceFirst("^model\\.", prefix))
                .filter(names::contains)
                .findFirst()
                .orElse(text.nameIn(names, name));
    }
}
