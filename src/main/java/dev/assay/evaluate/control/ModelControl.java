package dev.assay.evaluate.control;

import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.ConceptScoring;
import dev.assay.evaluate.ConceptTable;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.train.SaeTrainer;
import java.io.IOException;

/**
 * Concept scores of a dictionary that is trained on a model of the same architecture whose weights contain nothing that training computed.
 * Concepts that this dictionary finds do not need a trained model.
 *
 * <p>The dictionary is a TopK dictionary with the default training options, so that any dictionary can be compared with it at equal size
 * and L0.
 *
 * @param <C> the type of the control, which its options return
 */
public abstract sealed class ModelControl<C extends ModelControl<C>> permits PermutedModelControl, RandomWeightControl {
    private final HookedTransformer model;
    private final HookPoint point;
    private final Corpus stories;
    private int latents = 1024;
    private int activeLatents = 32;
    private long trainingTokens = 1_000_000;
    private long scoredTokens = 60_000;
    private int batch = SaeTrainer.DEFAULT_BATCH;
    private boolean special;
    private long seed;

    ModelControl(HookedTransformer model, HookPoint point, Corpus stories) {
        this.model = model;
        this.point = point;
        this.stories = stories;
    }

    /** Creates the untrained model, closed by the caller. */
    abstract HookedTransformer untrained(HookedTransformer trained, long modelSeed);

    /** Adds the scores on the untrained model to a table. */
    abstract ConceptTable scored(
            ConceptTable table, ConceptScoring scoring, SparseAutoencoder dictionary, int numberOfLatents);

    abstract C self();

    /**
     * Sets the number of latents, the batch size and whether special tokens are read, as in the training of a dictionary. The batch size is
     * unknown for dictionaries of other libraries.
     *
     * @param dictionary the dictionary to compare with
     * @return this
     */
    public C like(SparseAutoencoder dictionary) {
        batch = UntrainedDictionary.batchSize(dictionary);
        special = !dictionary.metadata().excludesSpecialTokens();
        return latents(dictionary.dSae());
    }

    /**
     * Sets the number of latents.
     *
     * @param number at least 1
     * @return this
     */
    public C latents(int number) {
        InvalidInputException.requireAtLeast(1, "the number of latents", number);
        latents = number;
        return self();
    }

    /**
     * Sets the number of active latents per token.
     *
     * @param number at least 1; at most the number of latents is used
     * @return this
     */
    public C activeLatents(int number) {
        InvalidInputException.requireAtLeast(1, "the number of active latents", number);
        activeLatents = number;
        return self();
    }

    /**
     * Sets the number of activations to train on.
     *
     * @param activations at least one batch
     * @return this
     */
    public C trainingTokens(long activations) {
        trainingTokens = activations;
        return self();
    }

    /**
     * Sets the number of tokens of training stories, and of held-out stories, that concepts are scored on.
     *
     * @param count at least 1
     * @return this
     */
    public C scoredTokens(long count) {
        scoredTokens = count;
        return self();
    }

    /**
     * Sets the seed of the weights of the untrained model and of the training of the dictionary.
     *
     * @param number any number
     * @return this
     */
    public C seed(long number) {
        seed = number;
        return self();
    }

    /**
     * Trains and scores the dictionary.
     *
     * @param table the table of the dictionary to compare with
     * @return the table with the columns of this control
     * @throws IOException when the text cannot be read
     */
    public ConceptTable addTo(ConceptTable table) throws IOException {
        try (HookedTransformer untrained = untrained(model, seed);
                SparseAutoencoder dictionary = train(untrained);
                ConceptScoring scoring = new ConceptScoring(untrained, point, stories, scoredTokens)) {
            return scored(table, scoring, dictionary, latents);
        }
    }

    private SparseAutoencoder train(HookedTransformer untrained) throws IOException {
        return SaeTrainer.of(TopK.of(Math.min(activeLatents, latents)))
                .source(ActivationSource.of(untrained, point, stories).withSpecialTokens(special))
                .dictionarySize(latents)
                .tokens(trainingTokens)
                .batchSize(batch)
                .seed(seed)
                .train();
    }

    static double[] f1(ConceptScoring scoring, SparseAutoencoder dictionary) {
        return scoring.best(dictionary).stream()
                .mapToDouble(ConceptTable.Best::f1)
                .toArray();
    }
}
