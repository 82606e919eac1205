package dev.assay.evaluate.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.train.SaeTrainer;

/** The training of a dictionary of an untrained model that corresponds to a dictionary of the trained model. */
public final class UntrainedDictionary {
    private UntrainedDictionary() {}

    /**
     * Creates the trainer of a TopK dictionary of the same size at the same site, with the default options and the batch size of the other
     * dictionary.
     *
     * @param untrained the untrained model
     * @param like the dictionary of the trained model; it reads one site
     * @param corpus the text
     * @param activeLatents the number of active latents per token, at least 1; at most the number of latents is used
     * @param tokens the number of activations to train on, at least 1
     * @return the trainer
     * @throws InvalidInputException if the dictionary reads several sites
     */
    public static SaeTrainer trainer(
            HookedTransformer untrained, SparseAutoencoder like, Corpus corpus, int activeLatents, long tokens) {
        SaeMetadata metadata = like.metadata();
        InvalidInputException.require(
                metadata.hookNames().size() == 1,
                () -> "the control of a random model needs a dictionary of one site, found one of "
                        + String.join(", ", metadata.hookNames()));
        HookPoint site = HookPoint.parse(metadata.hookNames().get(0));
        return SaeTrainer.of(TopK.of(Math.min(activeLatents, like.dSae())))
                .source(ActivationSource.of(untrained, site, corpus)
                        .withSpecialTokens(!metadata.excludesSpecialTokens()))
                .dictionarySize(like.dSae())
                .tokens(tokens)
                .batchSize((int) Math.min(tokens, batchSize(like)));
    }

    /**
     * Returns the batch size of the training of a dictionary.
     *
     * @param dictionary any dictionary
     * @return activations per step; the default of {@link SaeTrainer} for dictionaries of other libraries
     */
    public static int batchSize(SparseAutoencoder dictionary) {
        return dictionary
                .metadata()
                .get("training")
                .map(plan -> plan.path("batch"))
                .map(JsonNode::asInt)
                .filter(batch -> batch > 0)
                .orElse(SaeTrainer.DEFAULT_BATCH);
    }
}
