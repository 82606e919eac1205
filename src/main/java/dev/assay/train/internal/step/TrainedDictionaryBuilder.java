package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.sae.ActivationNormalization;
import dev.assay.sae.Architecture;
import dev.assay.sae.InputOptions;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.Sites;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Transcoder;
import dev.assay.sae.Weights;
import dev.assay.tensor.ProductPrecision;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.Target;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.TrainedParameters;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Builds the trained dictionary of a run: folds the activation scale into the weights and drops training-only state. */
public final class TrainedDictionaryBuilder {
    private TrainedDictionaryBuilder() {}

    /**
     * Returns the dictionary with the activation scale folded into its weights. Training used {@code a·x}, and for a transcoder the target
     * {@code b·y}; for a dictionary that reconstructs its input a = b. Every architecture is positively homogeneous: with biases and
     * thresholds divided by a, the same encoder computes the codes of a·x divided by a from x. To reconstruct y, the decoder is multiplied
     * by a/b and its bias divided by b. Decoder rows keep their norm where a = b, which folding the scale into the matrices would change.
     */
    public static SparseAutoencoder fold(TrainingState state, ActivationScale scale, Provenance from, Sites sites) {
        TrainingPlan plan = state.plan();
        try (Scope scope = Scope.open()) {
            DictionaryParameters p = state.optimizer().trained();
            TrainedParameters trained = state.objective().trained(p, scale.input());
            float ratio = (float) (scale.input() / scale.target());
            Map<String, NDArray> extra = new HashMap<>(trained.extra());
            if (p.has(Parameter.SKIP)) {
                extra.put(Transcoder.W_SKIP, times(p.get(Parameter.SKIP), ratio));
            }
            NDArray decoderBias = p.has(Parameter.DECODER_BIAS)
                    ? p.decoderBias().div((float) scale.target())
                    : p.encoder().getManager().zeros(new Shape(p.dOut()));
            Weights weights = new Weights(
                    p.encoder(),
                    p.encoderBias().div((float) scale.input()),
                    times(p.decoder(), ratio),
                    decoderBias,
                    extra);
            SparseAutoencoder dictionary = SparseAutoencoder.builder()
                    .architecture(architecture(trained.architecture(), plan, p))
                    .weights(weights)
                    .input(new InputOptions(ActivationNormalization.NONE, plan.centresInput(), false))
                    .metadata(metadata(state, from, sites))
                    .density(state.dead().density().toType(DataType.FLOAT32, false))
                    .build();
            if (trained.foldsDecoderNorms()) {
                try (SparseAutoencoder unfolded = dictionary) {
                    return unfolded.foldDecoderNorm();
                }
            }
            return dictionary;
        }
    }

    private static NDArray times(NDArray x, float factor) {
        return factor == 1 ? x : x.mul(factor);
    }

    private static Architecture architecture(Architecture codes, TrainingPlan plan, DictionaryParameters p) {
        return plan.target() == Target.INPUT ? codes : new Transcoder(codes, p.has(Parameter.SKIP));
    }

    private static SaeMetadata metadata(TrainingState state, Provenance from, Sites sites) {
        TrainingPlan plan = state.plan();
        TextProvenance text = from.text();
        Provenance provenance = from.withSites(sites.readNames(), sites.writeNames())
                .withText(text.withTokens(plan.tokens()))
                .withSeed("training", plan.seed());
        SaeMetadata.Builder metadata = SaeMetadata.builder();
        if (text.leftOut().firstPositions() > 0) {
            metadata.positionsFrom(text.leftOut().firstPositions());
        }
        Map<String, Double> largestNorms = new TreeMap<>(text.leftOut().largestNorms());
        largestNorms.keySet().retainAll(sites.readNames());
        if (!largestNorms.isEmpty()) {
            metadata.largestNorms(largestNorms);
        }
        if (state.encoderProduct() != ProductPrecision.FLOAT32) {
            metadata.put("encoder_product", state.encoderProduct().key());
        }
        return metadata.modelName(from.model().name())
                .sites(sites)
                .datasetPath(text.description())
                .contextSize(text.contextLength())
                .prependBos(text.prependBos())
                .put("exclude_special_tokens", text.withoutSpecialTokens())
                .put("training", plan)
                .put(Provenance.FIELD, provenance.toJson())
                .build();
    }
}
