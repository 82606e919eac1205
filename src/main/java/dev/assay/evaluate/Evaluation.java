package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.InvalidInputException;
import dev.assay.model.ActivationCache;
import dev.assay.model.HookPoint;
import dev.assay.model.HookScope;
import dev.assay.model.HookedTransformer;
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
import java.util.function.UnaryOperator;

/**
 * Measures a dictionary on the held-out documents of a corpus: how well it reconstructs, and what the model loses when its site is
 * replaced by the reconstruction.
 *
 * <pre>{@code
 * EvaluationReport report = Evaluation.of(model, sae, corpus).tokens(200_000).run();
 * }</pre>
 *
 * <p>The site is read from the dictionary's metadata. Special tokens count when the dictionary was trained on them; else they keep
 * their activation in every run and are left out of every mean over activations. Cross-entropies are over all predicted tokens.
 */
public final class Evaluation {
    private static final long LOGIT_BYTES = 128L << 20;

    private final HookedTransformer model;
    private final SparseAutoencoder sae;
    private final Corpus corpus;
    private HookPoint point;
    private Split split = Split.HELD_OUT;
    private long tokens = 100_000;

    private Evaluation(HookedTransformer model, SparseAutoencoder sae, Corpus corpus) {
        this.model = model;
        this.sae = sae;
        this.corpus = corpus;
    }

    /**
     * Starts to describe an evaluation.
     *
     * @param model the model that the dictionary is for
     * @param sae the dictionary
     * @param corpus the text
     * @return the evaluation
     */
    public static Evaluation of(HookedTransformer model, SparseAutoencoder sae, Corpus corpus) {
        return new Evaluation(model, sae, corpus);
    }

    /**
     * Sets the site; the one in the dictionary's metadata unless set.
     *
     * @param hookPoint the site
     * @return this
     */
    public Evaluation point(HookPoint hookPoint) {
        point = hookPoint;
        return this;
    }

    /**
     * Sets the documents; the held-out ones unless set.
     *
     * @param documents which
     * @return this
     */
    public Evaluation split(Split documents) {
        split = documents;
        return this;
    }

    /**
     * Sets the number of tokens to read at most; 100,000 unless set.
     *
     * @param most rounded up to whole passes of the model
     * @return this
     */
    public Evaluation tokens(long most) {
        tokens = most;
        return this;
    }

    /**
     * Measures.
     *
     * @return the figures
     * @throws IOException when the text cannot be read
     * @throws InvalidInputException when dictionary, model and corpus do not fit, or there is no text
     */
    public EvaluationReport run() throws IOException {
        HookPoint site = point != null ? point : HookPoint.parse(sae.metadata().requiredHookName());
        if (model.width(site) != sae.dIn()) {
            throw new InvalidInputException("the dictionary has d_in " + sae.dIn() + ", but " + site.name() + " of "
                    + model.name() + " is " + model.width(site) + " wide");
        }
        try (Autograd off = Autograd.off();
                Measurement measurement = new Measurement(site)) {
            measurement.reconstruct();
            measurement.replace();
            return measurement.report();
        }
    }

    /** One run: first the statistics of the activations, whose mean the second pass needs, then the losses. */
    private final class Measurement implements AutoCloseable {
        private final HookPoint site;
        private final boolean skipsSpecial;
        private final int contextsPerPass;
        private final NDManager manager = model.manager().newSubManager();
        private final ReconstructionStatistics statistics = new ReconstructionStatistics();
        private final ActivationCounts counts;

        private long predicted;
        private double clean;
        private double reconstructed;
        private double meanAblated;
        private double zeroAblated;
        private double divergence;

        Measurement(HookPoint site) {
            this.site = site;
            this.skipsSpecial = sae.metadata()
                    .get("exclude_special_tokens")
                    .map(field -> field.asBoolean(false))
                    .orElse(false);
            long logitBytes = 4L * corpus.contextLength() * model.config().vocabularySize();
            this.contextsPerPass = (int) Math.max(1, Math.min(32, LOGIT_BYTES / logitBytes));
            this.counts = new ActivationCounts(manager, sae.dSae());
        }

        /** Calls a consumer with every batch of the evaluation. */
        private void forEachBatch(BatchConsumer consumer) throws IOException {
            long read = 0;
            try (ContextReader reader = corpus.read(split)) {
                TokenBatch batch = reader.next(contextsPerPass);
                while (batch != null && read < tokens) {
                    try (Scope scope = Scope.open()) {
                        consumer.accept(batch);
                    }
                    read += batch.ids().length;
                    batch = reader.next(contextsPerPass);
                }
            }
            if (read == 0) {
                throw new InvalidInputException("no document of " + corpus.description() + " is held out");
            }
        }

        void reconstruct() throws IOException {
            forEachBatch(batch -> {
                NDArray kept = keptRows(batch);
                if (kept.size() == 0) {
                    return;
                }
                try (ActivationCache cache = model.cache(batch.toArray(manager), site)) {
                    NDArray x = Aten.indexSelect(cache.get(site).reshape(-1, sae.dIn()), 0, kept);
                    SparseCodes codes = sae.encode(x);
                    statistics.add(x, sae.reconstruct(x));
                    counts.add(codes.rows(), codes.indices(), codes.values());
                }
            });
            if (statistics.tokens() == 0) {
                throw new InvalidInputException(
                        corpus.description() + " has special tokens only, expected text that the dictionary is for");
            }
        }

        void replace() throws IOException {
            double[] mean = statistics.mean();
            float[] meanFloats = new float[mean.length];
            for (int i = 0; i < mean.length; i++) {
                meanFloats[i] = (float) mean[i];
            }
            NDArray meanRow = Scope.outside(() -> manager.create(meanFloats));
            forEachBatch(batch -> {
                NDArray ids = batch.toArray(manager);
                NDArray targets = ids.get(new NDIndex(":, 1:")).reshape(-1);
                NDArray kept = keptRows(batch);
                NDArray logits = predictions(model.forward(ids));
                NDArray replaced = forwardWith(ids, x -> splice(x, kept, sae::reconstruct));
                NDArray ofMean = forwardWith(
                        ids, x -> splice(x, kept, rows -> rows.zerosLike().add(meanRow)));
                NDArray ofZero = forwardWith(ids, x -> splice(x, kept, NDArray::zerosLike));
                predicted += targets.size();
                clean += PredictionLoss.crossEntropy(logits, targets);
                reconstructed += PredictionLoss.crossEntropy(replaced, targets);
                meanAblated += PredictionLoss.crossEntropy(ofMean, targets);
                zeroAblated += PredictionLoss.crossEntropy(ofZero, targets);
                divergence += PredictionLoss.divergence(logits, replaced);
            });
        }

        private NDArray forwardWith(NDArray ids, UnaryOperator<NDArray> edit) {
            try (HookScope hooks = model.hooks()
                    .edit(site, (activation, at) -> edit.apply(activation))
                    .open()) {
                return predictions(model.forward(ids));
            }
        }

        /** Replaces the kept rows of x [batch, position, d] and leaves the others. */
        private NDArray splice(NDArray x, NDArray kept, UnaryOperator<NDArray> edit) {
            NDArray rows = x.reshape(-1, sae.dIn());
            NDArray result = rows.duplicate();
            Aten.indexCopy_(result, 0, kept, edit.apply(Aten.indexSelect(rows, 0, kept)));
            return result.reshape(x.getShape());
        }

        private NDArray keptRows(TokenBatch batch) {
            return manager.create(batch.places(corpus.tokenizer(), !skipsSpecial));
        }

        /** The logits that predict a token of the context: [batch · (position − 1), vocabulary]. */
        private NDArray predictions(NDArray logits) {
            long vocabulary = logits.getShape().get(2);
            return logits.get(new NDIndex(":, :-1")).reshape(-1, vocabulary);
        }

        EvaluationReport report() {
            return new EvaluationReport(
                    statistics.tokens(),
                    statistics.explainedVariance(),
                    statistics.meanSquaredError(),
                    statistics.cosine(),
                    counts.l0(),
                    counts.deadShare(),
                    new EvaluationReport.CrossEntropy(
                            clean / predicted,
                            reconstructed / predicted,
                            meanAblated / predicted,
                            zeroAblated / predicted),
                    divergence / predicted);
        }

        @Override
        public void close() {
            manager.close();
        }
    }

    private interface BatchConsumer {
        void accept(TokenBatch batch) throws IOException;
    }
}
