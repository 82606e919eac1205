package dev.assay.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.checkpoint.CheckpointFolder;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.internal.family.StoredWeight;
import dev.assay.model.internal.network.Parameters;
import dev.assay.model.spi.ModelFamily;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.List;
import java.util.Set;

/** The embedding and the unembedding of a checkpoint that may be one tied matrix, stored under either name. */
final class TiedWeights {
    private TiedWeights() {}

    /**
     * Returns the tensors of a configuration. The embedding of a tied model is the tensor of the unembedding when the checkpoint has only
     * that one: of two tensors with the same memory, writers keep either.
     */
    static List<StoredWeight> stored(TransformerConfig config, ModelFamily family, CheckpointFolder folder) {
        List<StoredWeight> weights = StoredWeight.of(family, config);
        return config.tied()
                ? weights.stream()
                        .map(weight -> present(weight, config, family, folder))
                        .toList()
                : weights;
    }

    private static StoredWeight present(
            StoredWeight weight, TransformerConfig config, ModelFamily family, CheckpointFolder folder) {
        if (!weight.parameter().equals(Parameters.EMBED) || has(folder, family, weight)) {
            return weight;
        }
        StoredWeight unembedding = find(Parameters.UNEMBED, StoredWeight.of(family, config.withTied(false)));
        return has(folder, family, unembedding) ? unembedding.as(Parameters.EMBED) : weight;
    }

    private static boolean has(CheckpointFolder folder, ModelFamily family, StoredWeight weight) {
        return folder.has(family.nameIn(folder.tensorNames(), weight.name()));
    }

    /**
     * Returns the configuration, untied when the checkpoint has both matrices and they differ. The weights then overrule config.json, as
     * in {@code tie_weights} of transformers 5.18.
     */
    static TransformerConfig settle(TransformerConfig config, ModelFamily family, CheckpointFolder folder) {
        if (!config.tied()) {
            return config;
        }
        TransformerConfig untied = config.withTied(false);
        List<StoredWeight> weights = StoredWeight.of(family, untied);
        String embedding = nameOf(Parameters.EMBED, weights, family, folder.tensorNames());
        String unembedding = nameOf(Parameters.UNEMBED, weights, family, folder.tensorNames());
        boolean both = folder.has(embedding) && folder.has(unembedding);
        return both && !same(folder, embedding, unembedding) ? untied : config;
    }

    private static String nameOf(String parameter, List<StoredWeight> weights, ModelFamily family, Set<String> names) {
        return family.nameIn(names, find(parameter, weights).name());
    }

    private static StoredWeight find(String parameter, List<StoredWeight> weights) {
        return weights.stream()
                .filter(weight -> weight.parameter().equals(parameter))
                .findFirst()
                .orElseThrow();
    }

    private static boolean same(CheckpointFolder folder, String one, String other) {
        try (Scope scope = Scope.open();
                NDManager manager = TorchEngine.newManager(Device.cpu())) {
            NDArray first = folder.load(manager, one);
            NDArray second = folder.load(manager, other);
            return first.getShape().equals(second.getShape())
                    && first.eq(second).all().getBoolean();
        }
    }
}
