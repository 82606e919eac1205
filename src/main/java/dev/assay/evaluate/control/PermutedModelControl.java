package dev.assay.evaluate.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.ConceptControl;
import dev.assay.evaluate.ConceptScoring;
import dev.assay.evaluate.ConceptTable;
import dev.assay.model.HookedTransformer;
import dev.assay.model.PermutedModel;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.util.List;

/**
 * Concept scores of a dictionary that is trained on the same model with {@linkplain PermutedModel permuted weights}. The
 * activations of that model still depend on the tokens, but on nothing that the model learned. Concepts that this dictionary finds do not
 * need a trained model.
 *
 * <pre>{@code
 * ConceptTable table = PermutedModelControl.of(model, HookPoint.residPost(1), corpus)
 *         .latents(2048)
 *         .activeLatents(32)
 *         .trainingTokens(3_000_000)
 *         .addTo(concepts);
 * }</pre>
 *
 * <p>The dictionary is a TopK dictionary with the default training options, so that any dictionary can be compared with it at equal size
 * and L0.
 */
public final class PermutedModelControl {
    private final HookedTransformer model;
    private final HookPoint point;
    private final Corpus stories;
    private int latents = 1024;
    private int activeLatents = 32;
    private long trainingTokens = 1_000_000;
    private long scoredTokens = 60_000;
    private int batch; // 0 for the trainer's default
    private boolean special;
    private long seed;

    private PermutedModelControl(HookedTransformer model, HookPoint point, Corpus stories) {
        this.model = model;
        this.point = point;
        this.stories = stories;
    }

    /**
     * Creates a control of 1,024 latents, 32 of them active per token, trained on a million activations and scored on 60,000 tokens.
     *
     * @param model the trained model
     * @param point the site
     * @param stories a corpus of generated stories
     * @return the control
     */
    public static PermutedModelControl of(HookedTransformer model, HookPoint point, Corpus stories) {
        return new PermutedModelControl(model, point, stories);
    }

    /**
     * Sets the number of latents, the batch size and whether special tokens are read, as in the training of a dictionary. The batch size is
     * unknown for dictionaries of other libraries.
     *
     * @param dictionary the dictionary to compare with
     * @return this
     */
    public PermutedModelControl like(SparseAutoencoder dictionary) {
        SaeMetadata metadata = dictionary.metadata();
        batch = metadata.get("training")
                .map(plan -> plan.path("batch"))
                .map(JsonNode::asInt)
                .orElse(0);
        special = !metadata.excludesSpecialTokens();
        return latents(dictionary.dSae());
    }

    /**
     * Sets the number of latents.
     *
     * @param number at least 1
     * @return this
     */
    public PermutedModelControl latents(int number) {
        InvalidInputException.requireAtLeast(1, "the number of latents", number);
        latents = number;
        return this;
    }

    /**
     * Sets the number of active latents per token.
     *
     * @param number at least 1; at most the number of latents is used
     * @return this
     */
    public PermutedModelControl activeLatents(int number) {
        InvalidInputException.requireAtLeast(1, "the number of active latents", number);
        activeLatents = number;
        return this;
    }

    /**
     * Sets the number of activations to train on.
     *
     * @param activations at least one batch
     * @return this
     */
    public PermutedModelControl trainingTokens(long activations) {
        trainingTokens = activations;
        return this;
    }

    /**
     * Sets the number of tokens of training stories, and of held-out stories, that concepts are scored on.
     *
     * @param count at least 1
     * @return this
     */
    public PermutedModelControl scoredTokens(long count) {
        scoredTokens = count;
        return this;
    }

    /**
     * Sets the seed of the permutation and of the training.
     *
     * @param number any number
     * @return this
     */
    public PermutedModelControl seed(long number) {
        seed = number;
        return this;
    }

    /**
     * Trains and scores the dictionary, and scores a random dictionary on the same activations.
     *
     * @param table the table of the dictionary to compare with
     * @return the table with the columns {@link ConceptControl#PERMUTED_MODEL} and {@link ConceptControl#PERMUTED_RANDOM}
     * @throws IOException when the text cannot be read
     */
    public ConceptTable addTo(ConceptTable table) throws IOException {
        try (HookedTransformer permuted = PermutedModel.of(model, seed);
                SparseAutoencoder dictionary = train(permuted);
                ConceptScoring scoring = new ConceptScoring(permuted, point, stories, scoredTokens)) {
            List<ConceptTable.Best> best = scoring.best(dictionary);
            return table.with(
                            ConceptControl.PERMUTED_MODEL,
                            best.stream().mapToDouble(ConceptTable.Best::f1).toArray())
                    .with(ConceptControl.PERMUTED_RANDOM, scoring.random(latents));
        }
    }

    private SparseAutoencoder train(HookedTransformer permuted) throws IOException {
        SaeTrainer trainer = SaeTrainer.of(TopK.of(Math.min(activeLatents, latents)))
                .source(ActivationSource.of(permuted, point, stories).withSpecialTokens(special))
                .dictionarySize(latents)
                .tokens(trainingTokens)
                .seed(seed);
        return (batch > 0 ? trainer.batchSize(batch) : trainer).train();
    }
}
