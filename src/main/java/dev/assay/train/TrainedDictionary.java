package dev.assay.train;

import ai.djl.ndarray.types.DataType;
import dev.assay.activation.ActivationProvenance;
import dev.assay.sae.InputOptions;
import dev.assay.sae.Normalization;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;

/** Makes the dictionary that a run was for: what only training needed is folded away or left behind. */
final class TrainedDictionary {
    private TrainedDictionary() {}

    /**
     * Folds the activation scale. Training saw {@code s·x}; TopK is positively homogeneous, so that with both biases divided by s the
     * same matrices give the codes of x, which are the codes of s·x divided by s, and the reconstruction of x. Decoder rows keep
     * their norm, unlike when the scale is folded into the matrices.
     */
    static SparseAutoencoder fold(TrainingState state, double scale, ActivationProvenance from) {
        TrainingPlan plan = state.plan();
        DictionaryParameters p = state.parameters();
        try (Scope scope = Scope.open()) {
            Weights weights = new Weights(
                    p.encoder(),
                    p.encoderBias().div((float) scale),
                    p.decoder(),
                    p.decoderBias().div((float) scale));
            SparseAutoencoder dictionary = SparseAutoencoder.builder()
                    .architecture(plan.architecture())
                    .weights(weights)
                    .input(new InputOptions(Normalization.NONE, plan.centresInput(), false))
                    .metadata(metadata(plan, from))
                    .density(state.dead().density().toType(DataType.FLOAT32, false))
                    .build();
            if (((TopK) plan.architecture()).rescaleByDecoderNorm()) {
                try (SparseAutoencoder unfolded = dictionary) {
                    return unfolded.foldDecoderNorm();
                }
            }
            return dictionary;
        }
    }

    private static SaeMetadata metadata(TrainingPlan plan, ActivationProvenance from) {
        return SaeMetadata.builder()
                .modelName(from.model())
                .hookName(from.hook())
                .datasetPath(from.text())
                .contextSize(from.contextLength())
                .prependBos(from.prependBos())
                .put("exclude_special_tokens", from.withoutSpecialTokens())
                .put("training", plan)
                .build();
    }
}
