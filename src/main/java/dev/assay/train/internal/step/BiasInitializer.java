package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.ChunkSizes;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.spi.DictionaryParameters;

/** Initializes biases from the first batch, as configured by {@link DictionaryInitialization}. */
final class BiasInitializer {
    private BiasInitializer() {}

    /** Sets the decoder bias from the activations to reconstruct: target [batch, d_out]. */
    static void initializeDecoderBias(DictionaryInitialization.DecoderBias start, NDArray target, NDArray decoderBias) {
        switch (start) {
            case MEAN -> Aten.copy_(decoderBias, target.mean(new int[] {0}));
            case GEOMETRIC_MEDIAN -> Aten.copy_(decoderBias, GeometricMedian.of(target));
            case ZERO -> {}
        }
    }

    /**
     * Sets encoder biases so that each latent is above its bound on a share of the rows.
     *
     * @param share the share of rows, above 0
     * @param s [batch, d_in], the input of the encoder
     * @param p the dictionary; its encoder bias is changed
     * @param bound [d_sae], the threshold of each latent
     */
    static void initializeEncoderBias(double share, NDArray s, DictionaryParameters p, NDArray bound) {
        int batch = (int) s.getShape().get(0);
        int active = (int) Math.min(Math.max(Math.round(share * batch), 1), batch - 1);
        int chunk = ChunkSizes.rowsWithin(ChunkSizes.WORKSPACE, batch);
        NDArray transposed = s.transpose();
        NDList biases = new NDList();
        for (int first = 0; first < p.dSae(); first += chunk) {
            NDIndex latents = new NDIndex("{}:{}", first, Math.min(p.dSae(), first + chunk));
            try (Scope scope = Scope.open()) {
                NDArray products = p.encoder().get(latents).matMul(transposed); // [chunk, batch]
                NDArray largest = Aten.topKSorted(products, active + 1).values();
                // The midpoint between the smallest product that should fire and the largest that should not.
                NDArray threshold =
                        largest.get(new NDIndex(":, {}:", active - 1)).mean(new int[] {1});
                biases.add(scope.keep(threshold.neg()));
            }
        }
        NDArray all = biases.size() == 1 ? biases.get(0) : NDArrays.concat(biases);
        Aten.copy_(p.encoderBias(), all.add(bound));
    }
}
