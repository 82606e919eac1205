package dev.assay.model.internal.family;

import dev.assay.model.config.TransformerConfig;
import dev.assay.model.spi.ModelFamily;
import dev.assay.model.spi.WeightTable;
import java.util.Set;

/** A family with the tensor names of Llama. */
interface LlamaLayout extends ModelFamily {
    @Override
    default WeightTable weights(TransformerConfig config) {
        return LlamaFiles.weights(config);
    }

    @Override
    default String nameIn(Set<String> names, String name) {
        return LlamaFiles.nameIn(names, name);
    }
}
