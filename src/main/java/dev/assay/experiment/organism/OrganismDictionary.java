package dev.assay.experiment.organism;

import ai.djl.ndarray.NDArray;
import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import dev.assay.train.SaeTrainer;
import java.io.IOException;

/**
 * The dictionaries of an organism: a TopK autoencoder, and random directions of the same size as its control.
 *
 * @param latents the number of latents, even
 * @param active the number of active latents per token
 * @param tokens the number of training activations
 * @param batch activations per training step
 */
public record OrganismDictionary(int latents, int active, long tokens, int batch) {
    private static final int SAMPLE_CONTEXTS = 64;

    /**
     * Trains a dictionary.
     *
     * @param model an organism, or an untrained model as a control
     * @param site the site
     * @param corpus see {@link DialogueContexts}
     * @param seed of the weights
     * @return the dictionary, closed by the caller
     * @throws IOException if the corpus cannot be read
     */
    public SparseAutoencoder train(HookedTransformer model, HookPoint site, Corpus corpus, long seed)
            throws IOException {
        return SaeTrainer.of(TopK.of(active))
                .source(ActivationSource.of(model, site, corpus))
                .dictionarySize(latents)
                .tokens(tokens)
                .batchSize((int) Math.min(batch, tokens))
                .seed(seed)
                .train();
    }

    /**
     * Draws random directions: half as many as latents, each with a latent per sign, of which the largest are active.
     *
     * @param model an organism
     * @param site the site
     * @param corpus the mean activation of its first contexts is the origin of the directions
     * @param seed of the directions
     * @param metadata those of the trained dictionary
     * @return the dictionary, closed by the caller
     * @throws IOException if the corpus cannot be read
     */
    public Dictionary random(HookedTransformer model, HookPoint site, Corpus corpus, long seed, SaeMetadata metadata)
            throws IOException {
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open();
                ContextReader reader = corpus.read(Split.TRAINING)) {
            TokenBatch contexts = reader.next(SAMPLE_CONTEXTS);
            NDArray activations = model.runTo(site, contexts.toArray(model.manager()));
            NDArray sample = activations.reshape(-1, model.width(site));
            return Baselines.of(sample)
                    .seed(seed)
                    .metadata(metadata)
                    .random(latents / 2)
                    .topK(active);
        }
    }
}
