package dev.assay.evaluate.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.attach.AttachedSites;
import dev.assay.attach.ForwardBatches;
import dev.assay.attach.Splice;
import dev.assay.attach.TokenMask;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import java.io.IOException;

/**
 * SAEBench's {@code core} evaluation of a dictionary in its model, on held-out text. Tokens that the training of the dictionary left out keep
 * their activation in every forward pass and are excluded from every mean.
 *
 * <pre>{@code
 * CoreReport report = CoreBenchmark.of(model, dictionary, corpus).tokens(20_000).run();
 * double score = report.metrics().get("model_performance_preservation").get("ce_loss_score");
 * }</pre>
 */
public final class CoreBenchmark {
    private static final int CONTEXTS = 8;

    private final HookedTransformer model;
    private final SparseAutoencoder dictionary;
    private final Corpus corpus;
    private final long tokens;

    private CoreBenchmark(HookedTransformer model, SparseAutoencoder dictionary, Corpus corpus, long tokens) {
        this.model = model;
        this.dictionary = dictionary;
        this.corpus = corpus;
        this.tokens = tokens;
    }

    /**
     * Creates an evaluation on 20,000 tokens.
     *
     * @param model the model that the dictionary is for
     * @param dictionary an autoencoder whose metadata name its site
     * @param corpus the text
     * @return the evaluation
     * @throws InvalidInputException if the dictionary is a transcoder
     */
    public static CoreBenchmark of(HookedTransformer model, SparseAutoencoder dictionary, Corpus corpus) {
        InvalidInputException.require(
                !dictionary.transcodes(),
                "the dictionary is a transcoder, expected one that reconstructs the activations that it reads");
        return new CoreBenchmark(model, dictionary, corpus, 20_000);
    }

    /**
     * Returns this evaluation on another number of tokens.
     *
     * @param count at least 1; rounded up to whole forward passes
     * @return the evaluation
     */
    public CoreBenchmark tokens(long count) {
        InvalidInputException.require(count >= 1, () -> "tokens is " + count + ", expected at least 1");
        return new CoreBenchmark(model, dictionary, corpus, count);
    }

    /**
     * Runs the evaluation. It holds the logits of a few contexts in float64.
     *
     * @return the metrics
     * @throws IOException if the text cannot be read
     * @throws InvalidInputException if dictionary, model and corpus do not match, or no document is held out
     */
    public CoreReport run() throws IOException {
        AttachedSites sites = AttachedSites.of(model, dictionary);
        sites.requiredWrites();
        model.requireContext(corpus.contextLength());
        int contexts =
                ForwardBatches.withLogits(model, corpus.contextLength(), 4 * ForwardBatches.FLOAT64_LOGIT, CONTEXTS);
        CoreStatistics statistics = new CoreStatistics(dictionary.dSae());
        BehaviorStatistics behavior = new BehaviorStatistics();
        try (Autograd off = Autograd.off();
                NDManager manager = model.manager().newSubManager();
                Lifetime.Use use = dictionary.use();
                ContextReader reader = corpus.read(Split.HELD_OUT)) {
            Pass pass = new Pass(sites, TokenMask.of(corpus.tokenizer(), dictionary.metadata()), manager, behavior);
            int prompts = 0;
            long read = 0;
            TokenBatch batch = reader.next(contexts);
            while (batch != null && read < tokens) {
                try (Scope scope = Scope.open()) {
                    statistics.add(pass.add(batch, prompts));
                }
                prompts += batch.rows();
                read += batch.ids().length;
                batch = reader.next(contexts);
            }
            InvalidInputException.require(
                    statistics.tokens() > 0,
                    () -> corpus.description() + " has no held-out token that the dictionary is for");
            WeightMetrics weights = WeightMetrics.of(
                    rows(dictionary.encoder()),
                    rows(dictionary.encoderBias().reshape(1, -1))[0],
                    rows(dictionary.decoder()));
            return CoreReport.of(behavior, statistics, weights);
        }
    }

    private static double[][] rows(NDArray matrix) {
        float[] flat = matrix.toFloatArray();
        int columns = Math.toIntExact(matrix.getShape().get(1));
        double[][] rows = new double[flat.length / Math.max(1, columns)][columns];
        for (int i = 0; i < flat.length; i++) {
            rows[i / columns][i % columns] = flat[i];
        }
        return rows;
    }

    /** The forward passes of a batch: clean, with the reconstruction, and with zeros. */
    private final class Pass {
        private final AttachedSites sites;
        private final Splice splice;
        private final TokenMask mask;
        private final NDManager manager;
        private final BehaviorStatistics behavior;

        Pass(AttachedSites sites, TokenMask mask, NDManager manager, BehaviorStatistics behavior) {
            this.sites = sites;
            this.splice = new Splice(sites);
            this.mask = mask;
            this.manager = manager;
            this.behavior = behavior;
        }

        CoreBatch add(TokenBatch batch, int firstPrompt) {
            NDArray ids = batch.toArray(manager);
            long[] kept;
            NDArray rows;
            NDArray input;
            try (ActivationCache cache = model.cache(ids, sites.all())) {
                kept = mask.kept(batch, sites, cache);
                rows = manager.create(kept);
                input = Scope.detached(() -> Aten.indexSelect(sites.input(cache), 0, rows));
            }
            try (NDArray x = input) {
                SparseCodes codes = dictionary.encode(x);
                NDArray reconstruction = dictionary.decode(codes, x);
                double[][] clean = logits(model.forward(ids), kept);
                double[][] withSae = spliced(ids, rows, reconstruction, kept);
                double[][] ablated = spliced(
                        ids,
                        rows,
                        manager.zeros(new Shape(kept.length, sites.sites().dOut())),
                        kept);
                int[] prompts = new int[kept.length];
                for (int i = 0; i < kept.length; i++) {
                    prompts[i] = firstPrompt + (int) (kept[i] / batch.length());
                    BehaviorStatistics.Logits logits = new BehaviorStatistics.Logits(clean[i], withSae[i], ablated[i]);
                    if (kept[i] % batch.length() == batch.length() - 1) {
                        behavior.addLast(logits);
                    } else {
                        behavior.add(logits, (int) batch.ids()[(int) kept[i] + 1]);
                    }
                }
                return new CoreBatch(rows(x), rows(codes.dense()), rows(reconstruction), prompts);
            }
        }

        private double[][] spliced(NDArray ids, NDArray rows, NDArray values, long[] kept) {
            try (HookScope hooks = splice.replace(model.hooks(), rows, values).open()) {
                return logits(model.forward(ids), kept);
            }
        }

        private double[][] logits(NDArray logits, long[] kept) {
            long vocabulary = logits.getShape().get(2);
            return rows(Aten.indexSelect(logits.reshape(-1, vocabulary), 0, manager.create(kept)));
        }
    }
}
