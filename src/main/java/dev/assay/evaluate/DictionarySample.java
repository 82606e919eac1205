package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedSites;
import dev.assay.attach.ForwardBatches;
import dev.assay.attach.TokenMask;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import java.io.IOException;

/** Samples of the activations that a dictionary reads, for baselines that are compared with it. */
public final class DictionarySample {
    private DictionarySample() {}

    /**
     * Reads the first activations of the training documents, at the sites and heads of a dictionary and on the tokens that it is for. A text
     * with fewer activations is read repeatedly.
     *
     * @param model the model
     * @param dictionary the dictionary
     * @param corpus the text
     * @param rows the number of activations, at least 2
     * @param manager owner of the result
     * @return [rows, d_in], closed by the caller
     * @throws IOException if the text cannot be read
     * @throws InvalidInputException if rows is below 2, the dictionary does not fit the model, or the text has no token that it is for
     */
    public static NDArray read(
            HookedTransformer model, Dictionary dictionary, Corpus corpus, int rows, NDManager manager)
            throws IOException {
        if (rows < 2) {
            throw new InvalidInputException("the sample has " + rows + " activations, expected at least 2");
        }
        AttachedSites sites = AttachedSites.of(model, dictionary);
        TokenMask mask = TokenMask.of(corpus.tokenizer(), dictionary.metadata());
        NDArray sample = Scope.detached(() -> manager.zeros(new Shape(rows, dictionary.dIn())));
        try (Autograd off = Autograd.off()) {
            long filled = 0;
            while (filled < rows) {
                long before = filled;
                filled = fill(sample, filled, sites, mask, corpus);
                if (filled == before) {
                    throw new InvalidInputException(corpus.description()
                            + " has no token in its training documents that the dictionary is for");
                }
            }
            return sample;
        } catch (IOException | RuntimeException failure) {
            sample.close();
            throw failure;
        }
    }

    /** Reads the text once from its start; returns the number of rows that are then filled. */
    private static long fill(NDArray sample, long filled, AttachedSites sites, TokenMask mask, Corpus corpus)
            throws IOException {
        HookedTransformer model = sites.model();
        HookPoint[] points = sites.reads().toArray(HookPoint[]::new);
        long rows = sample.getShape().get(0);
        int contexts = ForwardBatches.withoutLogits(corpus.contextLength());
        try (ContextReader reader = corpus.read(Split.TRAINING)) {
            TokenBatch batch = reader.next(contexts);
            long next = filled;
            while (batch != null && next < rows) {
                try (Scope scope = Scope.open();
                        ActivationCache cache = model.cache(batch.toArray(model.manager()), points)) {
                    long[] kept = mask.kept(batch, sites, cache);
                    long count = Math.min(rows - next, kept.length);
                    if (count > 0) {
                        NDArray values = Aten.indexSelect(
                                sites.input(cache), 0, model.manager().create(kept));
                        Aten.copy_(
                                sample.get(new NDIndex("{}:{}", next, next + count)),
                                values.get(new NDIndex("0:{}", count)));
                    }
                    next += count;
                }
                batch = reader.next(contexts);
            }
            return next;
        }
    }
}
