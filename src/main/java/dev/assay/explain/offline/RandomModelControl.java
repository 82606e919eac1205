package dev.assay.explain.offline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.control.RandomWeightModel;
import dev.assay.evaluate.control.UntrainedDictionary;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A dictionary of a model with random weights, as a control of explanations. Scores of explanations are often similar for trained and random
 * models (Heap et al., arXiv 2501.17727), so the difference to this control is the finding.
 *
 * <p>The dictionary is a TopK dictionary of the same size and number of active latents, trained with the default options at the same site.
 */
public final class RandomModelControl {
    private static final long MOST_TRAINING_TOKENS = 1_000_000;
    private static final int BATCHES_OF_ESTIMATE = 8;
    private static final String TRAINING = "training";

    private final HookedTransformer model;
    private final SparseAutoencoder dictionary;
    private final Corpus corpus;
    private int activeLatents = 32;
    private long trainingTokens;
    private long storedTokens = 1_000_000;
    private long seed;

    private RandomModelControl(HookedTransformer model, SparseAutoencoder dictionary, Corpus corpus) {
        this.model = model;
        this.dictionary = dictionary;
        this.corpus = corpus;
        trainingTokens = trainedTokens(dictionary.metadata())
                .filter(tokens -> tokens < MOST_TRAINING_TOKENS)
                .orElse(MOST_TRAINING_TOKENS);
    }

    /**
     * Creates a control with 32 active latents that is stored on a million tokens. It is trained on as many activations as the dictionary if
     * its metadata has that number, at most on a million.
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

    /** {@return the number of activations to train on} */
    public long trainingTokens() {
        return trainingTokens;
    }

    /** {@return the number of tokens of the feature store} */
    public long storedTokens() {
        return storedTokens;
    }

    /** {@return the folder of the dictionary in a folder of {@link #open}} */
    public static Path dictionary(Path folder) {
        return folder.resolve("dictionary");
    }

    /** {@return the feature store in a folder of {@link #open}} */
    public static Path features(Path folder) {
        return folder.resolve("features");
    }

    /** {@return whether a folder of {@link #open} has the dictionary and its features} */
    public static boolean isComplete(Path folder) {
        return isTrained(dictionary(folder)) && FeatureStore.isStore(features(folder));
    }

    private static boolean isTrained(Path dictionary) {
        return Files.isRegularFile(dictionary.resolve("cfg.json"));
    }

    /**
     * Returns the model with random weights and its dictionary. The dictionary is trained and its features are collected unless the folder
     * has them. An interrupted training is resumed from its last checkpoint.
     *
     * @param folder the folder of the control
     * @return the control, closed by the caller
     * @throws IOException if reading or writing fails
     * @throws InvalidInputException if the dictionary reads several sites, or that of the folder was trained on another number of
     *     activations
     */
    public RandomDictionary open(Path folder) throws IOException {
        HookedTransformer random = RandomWeightModel.of(model, seed);
        try {
            SparseAutoencoder trained = trained(random, dictionary(folder));
            try {
                FeatureStore store = FeatureStore.isStore(features(folder))
                        ? FeatureStore.open(features(folder))
                        : FeatureCollector.of(random, trained, corpus)
                                .tokens(storedTokens)
                                .collect(features(folder));
                return new RandomDictionary(random, trained, store);
            } catch (IOException | RuntimeException e) {
                trained.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            random.close();
            throw e;
        }
    }

    private SparseAutoencoder trained(HookedTransformer random, Path folder) throws IOException {
        if (!isTrained(folder)) {
            return trainer(random, trainingTokens)
                    .output(folder)
                    .keepCheckpoints(1)
                    .report(false)
                    .train(dictionary -> dictionary.save(folder));
        }
        requireSameTraining(folder);
        return SparseAutoencoder.load(folder, model.device());
    }

    /**
     * Checks that a dictionary was trained on the number of activations of this control.
     *
     * @param folder the folder of a dictionary; one that does not exist is accepted
     * @throws IOException if it cannot be read
     * @throws InvalidInputException if it was trained on another number
     */
    public void requireSameTraining(Path folder) throws IOException {
        if (isTrained(folder)) {
            try (SparseAutoencoder saved = SparseAutoencoder.load(folder)) {
                long tokens = trainedTokens(saved.metadata()).orElse(trainingTokens);
                InvalidInputException.require(
                        tokens == trainingTokens,
                        () -> folder + " was trained on " + tokens + " activations, and this control has "
                                + trainingTokens + "; expected the same number, or another folder");
            }
        }
    }

    private static Optional<Long> trainedTokens(SaeMetadata metadata) {
        return metadata.get(TRAINING)
                .map(plan -> plan.path("tokens"))
                .filter(JsonNode::isIntegralNumber)
                .map(JsonNode::asLong);
    }

    /**
     * Measures how long {@link #open} takes for an empty folder, by training on a few batches.
     *
     * @return about the time of training and of collecting the features
     * @throws IOException if the text cannot be read
     * @throws InvalidInputException if the dictionary reads several sites
     */
    public Duration estimate() throws IOException {
        long measured =
                Math.min(trainingTokens, (long) BATCHES_OF_ESTIMATE * UntrainedDictionary.batchSize(dictionary));
        try (HookedTransformer random = RandomWeightModel.of(model, seed)) {
            trainer(random, measured).progress(false).train().close(); // the first training also compiles
            long start = System.nanoTime();
            trainer(random, measured).progress(false).train().close();
            double perToken = (double) (System.nanoTime() - start) / measured;
            return Duration.ofNanos((long) (perToken * (trainingTokens + storedTokens)));
        }
    }

    /**
     * Trains the dictionary and collects its feature store.
     *
     * @param folder the folder of the store: absent, empty, or an existing store, which is replaced
     * @return the store
     * @throws IOException if reading or writing fails
     */
    public FeatureStore collect(Path folder) throws IOException {
        try (HookedTransformer random = RandomWeightModel.of(model, seed);
                SparseAutoencoder trained = trainer(random, trainingTokens).train()) {
            return FeatureCollector.of(random, trained, corpus)
                    .tokens(storedTokens)
                    .collect(folder);
        }
    }

    private SaeTrainer trainer(HookedTransformer random, long tokens) {
        return UntrainedDictionary.trainer(random, dictionary, corpus, activeLatents, tokens)
                .seed(seed);
    }
}
