package dev.assay.explain.offline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.control.RandomWeightModel;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A dictionary of a model with random weights, as a control of explanations. Scores of explanations are often similar for trained and random
 * models (Heap et al., arXiv 2501.17727), so the difference to this control is the finding.
 *
 * <p>The dictionary is a TopK dictionary of the same size and number of active latents, trained with the default options at the same site.
 */
public final class RandomModelControl {
    private final HookedTransformer model;
    private final SparseAutoencoder dictionary;
    private final Corpus corpus;
    private int activeLatents = 32;
    private long trainingTokens = 1_000_000;
    private long storedTokens = 1_000_000;
    private long seed;

    private RandomModelControl(HookedTransformer model, SparseAutoencoder dictionary, Corpus corpus) {
        this.model = model;
        this.dictionary = dictionary;
        this.corpus = corpus;
    }

    /**
     * Creates a control with 32 active latents, trained on a million activations and stored on a million tokens.
     *
     * @param model the trained model
     * @param dictionary the dictionary to compare with; it reads one site
     * @param corpus the text
     * @return the control
     */
    public static RandomModelControl of(HookedTransformer model, SparseAutoencoder dictionary, Corpus corpus) {
        return new RandomModelControl(model, dictionary, corpus);
    }

    /**
     * Sets the active latents per token and the stored tokens to those of a store.
     *
     * @param store the store of the dictionary to compare with
     * @return this
     */
    public RandomModelControl like(FeatureStore store) {
        storedTokens = store.tokens();
        return activeLatents((int) Math.max(1, Math.round((double) store.activations() / store.tokens())));
    }

    /**
     * Sets the number of active latents per token.
     *
     * @param number at least 1; at most the number of latents is used
     * @return this
     */
    public RandomModelControl activeLatents(int number) {
        activeLatents = InvalidInputException.requireAtLeast(1, "the number of active latents", number);
        return this;
    }

    /**
     * Sets the number of activations to train on.
     *
     * @param activations at least one batch
     * @return this
     */
    public RandomModelControl trainingTokens(long activations) {
        trainingTokens = activations;
        return this;
    }

    /**
     * Sets the seed of the weights and of the training.
     *
     * @param number any number
     * @return this
     */
    public RandomModelControl seed(long number) {
        seed = number;
        return this;
    }

    /**
     * Trains the dictionary and collects its feature store.
     *
     * @param folder the folder of the store: absent, empty, or an existing store, which is replaced
     * @return the store
     * @throws IOException if reading or writing fails
     */
    public FeatureStore collect(Path folder) throws IOException {
        HookPoint site = HookPoint.parse(dictionary.metadata().hookNames().get(0));
        try (HookedTransformer random = RandomWeightModel.of(model, seed);
                SparseAutoencoder trained = train(random, site)) {
            return FeatureCollector.of(random, trained, corpus)
                    .tokens(storedTokens)
                    .collect(folder);
        }
    }

    private SparseAutoencoder train(HookedTransformer random, HookPoint site) throws IOException {
        SaeMetadata metadata = dictionary.metadata();
        int batch = metadata.get("training")
                .map(plan -> plan.path("batch"))
                .map(JsonNode::asInt)
                .orElse(0);
        SaeTrainer trainer = SaeTrainer.of(TopK.of(Math.min(activeLatents, dictionary.dSae())))
                .source(ActivationSource.of(random, site, corpus).withSpecialTokens(!metadata.excludesSpecialTokens()))
                .dictionarySize(dictionary.dSae())
                .tokens(trainingTokens)
                .seed(seed);
        return (batch > 0 ? trainer.batchSize(batch) : trainer).train();
    }
}
