package dev.assay.audit.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.control.RandomWeightModel;
import dev.assay.evaluate.control.UntrainedDictionary;
import dev.assay.feature.store.WeightsHash;
import dev.assay.io.AtomicFolder;
import dev.assay.model.HookedTransformer;
import dev.assay.provenance.ParentArtifact;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A dictionary of the same architecture of model with weights as at the start of training. A difference between two conditions that it also
 * shows does not need a trained model. The seed in its metadata decides the weights of the model, so that only the dictionary is saved.
 */
public final class RandomWeightDictionary implements AutoCloseable {
    private static final String SEED = "random_weights_seed";

    private final HookedTransformer model;
    private final SparseAutoencoder dictionary;

    private RandomWeightDictionary(HookedTransformer model, SparseAutoencoder dictionary) {
        this.model = model;
        this.dictionary = dictionary;
    }

    /**
     * Opens a dictionary that {@link #train} has saved.
     *
     * @param trained the trained model
     * @param folder the folder of the dictionary
     * @return the dictionary with its model, to be closed
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if the dictionary is of another model
     */
    public static RandomWeightDictionary open(HookedTransformer trained, Path folder) throws IOException {
        AtomicFolder.recover(folder);
        SparseAutoencoder dictionary = SparseAutoencoder.load(folder, trained.device());
        HookedTransformer random = null;
        try {
            long seed = dictionary
                    .metadata()
                    .get(SEED)
                    .filter(JsonNode::isIntegralNumber)
                    .orElseThrow(() -> new InvalidInputException(folder + "/cfg.json has no " + SEED
                            + ", expected a dictionary that assay audit trained on a model with random weights"))
                    .longValue();
            random = RandomWeightModel.asAtStart(trained, seed);
            String expected = random.name();
            String found = dictionary.metadata().modelName().orElse("");
            InvalidInputException.require(
                    found.equals(expected),
                    () -> folder + "/cfg.json: model_name is \"" + found + "\", expected \"" + expected + "\"");
            return new RandomWeightDictionary(random, dictionary);
        } catch (RuntimeException failure) {
            dictionary.close();
            if (random != null) {
                random.close();
            }
            throw failure;
        }
    }

    /**
     * Trains a TopK dictionary of the same size at the same site with the default options, and saves it. Checkpoints are in a folder next to
     * that of the dictionary, with the suffix {@code .training}, until the training is complete; an interrupted training is resumed.
     *
     * @param trained the trained model
     * @param like the dictionary to compare with; it reads one site
     * @param corpus the text of training
     * @param activeLatents the number of active latents per token, at least 1
     * @param tokens the number of activations to train on
     * @param seed of the weights of the model and of the training
     * @param folder the folder of the dictionary; an existing folder is replaced
     * @return the dictionary with its model, to be closed
     * @throws IOException if reading or writing fails
     * @throws InvalidInputException if the dictionary reads several sites or writes to another site
     */
    public static RandomWeightDictionary train(
            HookedTransformer trained,
            SparseAutoencoder like,
            Corpus corpus,
            int activeLatents,
            long tokens,
            long seed,
            Path folder)
            throws IOException {
        InvalidInputException.require(
                !like.transcodes(),
                "the control of a model with random weights needs a dictionary that reads and writes one site");
        HookedTransformer random = RandomWeightModel.asAtStart(trained, seed);
        Path training = folder.resolveSibling(folder.getFileName() + ".training");
        try {
            try (SparseAutoencoder learnt = UntrainedDictionary.trainer(random, like, corpus, activeLatents, tokens)
                    .seed(seed)
                    .output(training)
                    .train()) {
                SparseAutoencoder saved = learnt.toBuilder()
                        .metadata(learnt.metadata().toBuilder()
                                .modelName(random.name())
                                .put(SEED, seed)
                                .build())
                        .build();
                try {
                    AtomicFolder.write(folder, saved::save);
                    AtomicFolder.delete(training);
                } catch (IOException | RuntimeException failure) {
                    saved.close();
                    throw failure;
                }
                return new RandomWeightDictionary(random, saved);
            }
        } catch (IOException | RuntimeException failure) {
            random.close();
            throw failure;
        }
    }

    HookedTransformer model() {
        return model;
    }

    SparseAutoencoder dictionary() {
        return dictionary;
    }

    ParentArtifact artifact() {
        return WeightsHash.artifact(dictionary);
    }

    @Override
    public void close() {
        dictionary.close();
        model.close();
    }
}
