package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.JsonObject;
import dev.assay.model.config.TransformerConfig;
import java.util.List;
import java.util.Set;

/** Gemma-3 with eyes, of which the text model is read; what sees is passed over. */
final class Gemma3Multimodal implements Family {
    private static final String TEXT = "text_config";
    /** Where the text model stands in files, in the order in which spellings came. */
    private static final List<String> PREFIXES = List.of("language_model.model.", "model.language_model.");

    private final Gemma3 text = new Gemma3();

    @Override
    public String modelType() {
        return "gemma3";
    }

    /** Files leave out what is as in the reference's {@code Gemma3TextConfig}. */
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
    public List<StoredWeight> weights(TransformerConfig config) {
        return text.weights(config);
    }

    @Override
    public String nameIn(Set<String> names, String name) {
        return PREFIXES.stream()
                .map(prefix -> name.replaceFirst("^model\\.", prefix))
                .filter(names::contains)
                .findFirst()
                .orElse(text.nameIn(names, name));
    }
}
