package dev.assay.audit.diff;

import dev.assay.activation.ActivationSource;
import dev.assay.activation.ModelActivationSource;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.train.SaeTrainer;
import dev.assay.train.method.BatchTopKTraining;
import java.io.IOException;

/**
 * Training of a crosscoder of a base and a tuned model: one dictionary of both, whose input and reconstruction are the activations of the
 * base model followed by those of the tuned model (Lindsey et al., "Sparse Crosscoders for Cross-Layer Features and Model Diffing", 2024).
 *
 * <p>The method is BatchTopK. With an L1 penalty on decoder norms, latents appear to be of one model only although both models have their
 * direction (Minder et al., arXiv 2504.02922).
 *
 * <pre>{@code
 * Crosscoder both = Crosscoder.of(base, tuned, HookPoint.residPost(1), corpus);
 * try (SparseAutoencoder crosscoder = both.trainer(32).dictionarySize(2048).tokens(5_000_000).train()) {
 *     CrosscoderFit fit = both.fit(crosscoder, Split.HELD_OUT, 100_000);
 *     List<CrosscoderDiff.CrosscoderLatent> latents = CrosscoderDiff.of(crosscoder, base.config().dModel());
 * }
 * }</pre>
 */
public final class Crosscoder {
    private final ModelActivationSource source;

    private Crosscoder(ModelActivationSource source) {
        this.source = source;
    }

    /**
     * Chooses the activations.
     *
     * @param base the model before tuning
     * @param tuned the model after tuning, with the same tokenizer, on the same device; the caller closes both
     * @param point the site in both models
     * @param corpus the text
     * @return the crosscoder without a dictionary
     * @throws dev.assay.InvalidInputException if a model lacks the site, or the vocabularies differ
     */
    public static Crosscoder of(HookedTransformer base, HookedTransformer tuned, HookPoint point, Corpus corpus) {
        return new Crosscoder(ActivationSource.ofPair(base, tuned, point, corpus));
    }

    /**
     * Returns a trainer on the training documents. The number of latents and the number of tokens have no default.
     *
     * @param activeLatents the mean number of active latents per token, above 0
     * @return the trainer
     */
    public SaeTrainer trainer(double activeLatents) {
        return SaeTrainer.of(BatchTopKTraining.of(activeLatents)).source(source);
    }

    /**
     * Measures the reconstruction on a part of the text.
     *
     * @param crosscoder a dictionary of {@link #trainer}
     * @param part the documents
     * @param tokens the number of tokens to read, at least 1; rounded up to whole forward passes, at most one pass over the documents
     * @return the measurements
     * @throws IOException if the text cannot be read
     * @throws dev.assay.InvalidInputException if the part has no document
     */
    public CrosscoderFit fit(Dictionary crosscoder, Split part, long tokens) throws IOException {
        return CrosscoderFit.of(crosscoder, source.split(part), tokens);
    }
}
