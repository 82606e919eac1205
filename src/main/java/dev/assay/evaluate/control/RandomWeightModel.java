package dev.assay.evaluate.control;

import dev.assay.model.HookedTransformer;
import dev.assay.model.ModelInitializer;

/**
 * Untrained models with the architecture of a trained one: the weights are drawn as at the start of training, see {@link ModelInitializer}.
 * Their activations depend on the tokens, but on nothing that training produced. A feature that a dictionary also finds in them is no evidence
 * about the trained model (Heap et al., "Sparse autoencoders can interpret randomly initialized transformers", arXiv 2501.17727).
 *
 * <p>{@link dev.assay.model.PermutedModel} is a second control, which keeps the distribution of the trained weights.
 *
 * <pre>{@code
 * try (HookedTransformer random = RandomWeightModel.of(model, seed)) {
 *     SaeTrainer.of(TopK.of(32)).source(ActivationSource.of(random, point, corpus)).train();
 * }
 * }</pre>
 */
public final class RandomWeightModel {
    private static final String STORIES = "assay/stories";
    private static final double STORIES_DEVIATION = 1;

    private RandomWeightModel() {}

    /**
     * Creates an untrained model with the default standard deviation of all weights, {@value ModelInitializer#DEVIATION}.
     *
     * @param model a model of any family, of which a part may be loaded
     * @param seed of the weights; equal seeds result in equal weights
     * @return a complete model in float32 on the same device, closed by the caller; it shares the tokenizer of the trained model
     */
    public static HookedTransformer of(HookedTransformer model, long seed) {
        return of(model, seed, ModelInitializer.DEVIATION);
    }

    /**
     * Creates an untrained model with weights as at the start of its own training, as far as that is known: the token embedding of the model
     * {@code assay/stories} started with the standard deviation 1, those of other models are assumed to have started with the default.
     *
     * @param model a model of any family, of which a part may be loaded
     * @param seed of the weights; equal seeds result in equal weights
     * @return a complete model in float32 on the same device, closed by the caller; it shares the tokenizer of the trained model
     */
    public static HookedTransformer asAtStart(HookedTransformer model, long seed) {
        return of(model, seed, model.name().equals(STORIES) ? STORIES_DEVIATION : ModelInitializer.DEVIATION);
    }

    /**
     * Creates an untrained model with another standard deviation of the token embedding. With a larger one, the residual stream contains more
     * information about the token. Embedding layers of PyTorch start with 1, and so did the embedding of {@code assay/stories}.
     *
     * @param model a model of any family, of which a part may be loaded
     * @param seed of the weights; equal seeds result in equal weights
     * @param embeddingDeviation the standard deviation of the token embedding, above 0
     * @return a complete model in float32 on the same device, closed by the caller; it shares the tokenizer of the trained model
     */
    public static HookedTransformer of(HookedTransformer model, long seed, double embeddingDeviation) {
        return HookedTransformer.initializer(model.config())
                .name(model.name() + " with random weights (seed " + seed + ")")
                .seed(seed)
                .embeddingDeviation(embeddingDeviation)
                .device(model.device())
                .tokenizerOf(model)
                .create();
    }
}
