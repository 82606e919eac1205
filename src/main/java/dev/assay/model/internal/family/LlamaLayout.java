package dev.assay.model.internal.family;

import dev.assay.model.config.TransformerConfig;
import java.util.List;
import java.util.Set;

/** A family whose checkpoints name their weights as Llama's do; what a configuration lacks is left out. */
interface LlamaLayout extends Family {
    @Override
    default List<StoredWeight> weights(TransformerConfig config) {
        return LlamaFiles.weights(config);
    }

    @Override
    default String nameIn(Set<String> names, String name) {
        return LlamaFiles.nameIn(names, name);
    }
}
