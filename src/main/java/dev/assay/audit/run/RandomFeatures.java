package dev.assay.audit.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.ActivationNormalization;
import dev.assay.sae.InputOptions;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.Sites;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;

/**
 * Random features as a control of a dictionary: as many unit directions, uniform on the sphere around the decoder bias, of which the k with
 * the largest projections are active per token.
 */
final class RandomFeatures {
    private RandomFeatures() {}

    /** Creates a dictionary that reads the same sites, closed by the caller. */
    static SparseAutoencoder like(SparseAutoencoder dictionary, int k, long seed) {
        try (Autograd off = Autograd.off();
                NDManager manager = TorchEngine.newManager(dictionary.device());
                Scope scope = Scope.open()) {
            NDArray directions = Weights.controlDirections(manager, dictionary.dSae(), dictionary.dIn(), seed);
            // The decoder bias of a transcoder is in the space of another site.
            NDArray centre =
                    dictionary.transcodes() ? manager.zeros(new Shape(dictionary.dIn())) : dictionary.decoderBias();
            return SparseAutoencoder.builder()
                    .architecture(TopK.of(Math.max(1, Math.min(k, dictionary.dSae()))))
                    .weights(new Weights(directions, manager.zeros(new Shape(dictionary.dSae())), directions, centre))
                    .input(new InputOptions(
                            ActivationNormalization.NONE,
                            true,
                            dictionary.input().joinHeads()))
                    .metadata(reading(dictionary))
                    .build();
        }
    }

    /** Returns the metadata of a dictionary that reads and reconstructs the sites that a dictionary reads. */
    static SaeMetadata reading(SparseAutoencoder dictionary) {
        Sites sites = dictionary.sites();
        return dictionary.transcodes()
                ? dictionary.metadata().toBuilder()
                        .sites(new Sites(sites.reads(), sites.reads()))
                        .build()
                : dictionary.metadata();
    }
}
