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

/** Decides whether the unembedding of a checkpoint is tied to its embedding. */
final class TiedWeights {
    private TiedWeights() {}

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
        return weights.stream()
                .filter(weight -> weight.parameter().equals(parameter))
                .map(weight -> family.nameIn(names, weight.name()))
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
