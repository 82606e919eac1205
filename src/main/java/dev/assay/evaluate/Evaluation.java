package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.Dictionary;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Measures a dictionary on the held-out documents of a corpus: how well it reconstructs, and what the model loses when its site is
 * replaced by the reconstruction.
 *
 * <pre>{@code
 * EvaluationReport report = Evaluation.of(model, dictionary, corpus).tokens(200_000).run();
 * }</pre>
 *
 * <p>The site is read from the dictionary's metadata. Special tokens count when the dictionary was trained on them; else they keep
 * their activation in every run and are left out of every mean over activations. Cross-entropies are over all predicted tokens.
 */
public final class Evaluation {
    private static final long LOGIT_BYTES = 128L << 20;

    private final HookedTransformer model;
    private final Dictionary dictionary;
    private final Corpus corpus;
    private final Map<String, Dictionary> others = new LinkedHashMap<>();
    private HookPoint point;
    private Split split = Split.HELD_OUT;
    private long tokens = 100_000;

    private Evaluation(HookedTransformer model, Dictionary dictionary, Corpus corpus) {
        this.model = model;
        this.dictionary = dictionary;
        this.corpus = corpus;
    }

    /**
     * Starts to describe an evaluation.
     *
     * @param model the model that the dictionary is for
     * @param dictionary the dictionary
     * @param corpus the text
     * @return the evaluation
     */
    public static Evaluation of(HookedTransformer model, Dictionary dictionary, Corpus corpus) {
        return new Evaluation(model, dictionary, corpus);
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
        if (most < 1) {
            throw new InvalidInputException("asked to read " + most + " tokens, expected at least 1");
        }
        tokens = most;
        return this;
    }

    /**
     * Adds a dictionary to be measured at the same site, on the same tokens and beside this one in {@link #table()}. It costs one run of
     * the model more, where a measurement of its own would cost five.
     *
     * @param name what the table calls it
     * @param other a baseline, or another dictionary
     * @return this
     */
    public Evaluation baseline(String name, Dictionary other) {
        others.put(name, other);
        return this;
    }

    /**
     * Measures the dictionary.
     *
     * @return the figures
     * @throws IOException when the text cannot be read
     * @throws InvalidInputException when dictionary, model and corpus do not fit, or there is no text
     */
    public EvaluationReport run() throws IOException {
        return table().dictionary();
    }

    /**
     * Measures the dictionary and those {@linkplain #baseline baselines} it.
     *
     * @return the figures of each
     * @throws IOException when the text cannot be read
     * @throws InvalidInputException when dictionary, model and corpus do not fit, or there is no text
     */
    public EvaluationTable table() throws IOException {
        HookPoint site =
                point != null ? point : HookPoint.parse(dictionary.metadata().requiredHookName());
        check(site, dictionary);
        others.values().forEach(other -> check(site, other));
        try (Autograd off = Autograd.off();
                NDManager manager = model.manager().newSubManager()) {
            DictionaryMetrics measured = new DictionaryMetrics(manager, dictionary);
            Map<String, DictionaryMetrics> beside = new LinkedHashMap<>();
            others.forEach((name, other) -> beside.put(name, new DictionaryMetrics(manager, other)));
            List<DictionaryMetrics> all = new ArrayList<>(beside.values());
            all.add(0, measured);
            Measurement measurement = new Measurement(site, manager, all);
            measurement.reconstruct();
            measurement.replace();
            Map<String, EvaluationReport> reports = new LinkedHashMap<>();
            beside.forEach((name, other) -> reports.put(name, measurement.report(other)));
            return new EvaluationTable(measurement.report(measured), reports);
        }
    }

    private void check(HookPoint site, Dictionary measured) {
        if (measured.transcodes()) {
            throw new InvalidInputException("the dictionary is a transcoder, whose output belongs to another site than "
                    + site.name() + ", expected one that reconstructs its input");
        }
        if (model.width(site) != measured.dIn()) {
            throw new InvalidInputException("the dictionary has d_in " + measured.dIn() + ", but " + site.name()
                    + " of " + model.name() + " is " + model.width(site) + " wide");
        }
    }

    /** One run: first the statistics of the activations, whose mean the second pass needs, then the losses. */
    private final class Measurement {
        private final HookPoint site;
        private final boolean skipsSpecial;
        private final int contextsPerPass;
        private final NDManager manager;
        private final List<DictionaryMetrics> all;

        private long predicted;
        private double clean;
        private double meanAblated;
        private double zeroAblated;

        Measurement(HookPoint site, NDManager manager, List<DictionaryMetrics> all) {
            this.site = site;
            this.manager = manager;
            this.all = all;
            this.skipsSpecial = dictionary.metadata().excludesSpecialTokens();
            long logitBytes = 4L * corpus.contextLength() * model.config().vocabularySize();
            this.contextsPerPass = (int) Math.max(1, Math.min(32, LOGIT_BYTES / logitBytes));
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
                    NDArray x = Aten.indexSelect(cache.get(site).reshape(-1, dictionary.dIn()), 0, kept);
                    all.forEach(measured -> measured.reconstruct(x));
                }
            });
            if (all.get(0).tokens() == 0) {
                throw new InvalidInputException(
                        corpus.description() + " has special tokens only, expected text that the dictionary is for");
            }
        }

        void replace() throws IOException {
            double[] mean = all.get(0).mean();
            float[] meanFloats = new float[mean.length];
            for (int i = 0; i < mean.length; i++) {
                meanFloats[i] = (float) mean[i];
            }
            NDArray meanRow = Scope.detached(() -> manager.create(meanFloats));
            forEachBatch(batch -> {
                NDArray ids = batch.toArray(manager);
                NDArray targets = ids.get(new NDIndex(":, 1:")).reshape(-1);
                NDArray kept = keptRows(batch);
                NDArray logits = predictions(model.forward(ids));
                NDArray ofMean = forwardWith(
                        ids, x -> splice(x, kept, rows -> rows.zerosLike().add(meanRow)));
                NDArray ofZero = forwardWith(ids, x -> splice(x, kept, NDArray::zerosLike));
                predicted += targets.size();
                clean += PredictionLoss.crossEntropy(logits, targets);
                meanAblated += PredictionLoss.crossEntropy(ofMean, targets);
                zeroAblated += PredictionLoss.crossEntropy(ofZero, targets);
                for (DictionaryMetrics measured : all) {
                    try (Scope scope = Scope.open()) {
                        measured.replace(
                                logits, forwardWith(ids, x -> splice(x, kept, measured::reconstruction)), targets);
                    }
                }
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
            NDArray rows = x.reshape(-1, dictionary.dIn());
            NDArray result = rows.duplicate();
            Aten.indexCopy_(result, 0, kept, edit.apply(Aten.indexSelect(rows, 0, kept)));
            return result.reshape(x.getShape());
        }

        private NDArray keptRows(TokenBatch batch) {
            return manager.create(batch.keptPositions(corpus.tokenizer(), !skipsSpecial));
        }

        /** The logits that predict a token of the context: [batch · (position − 1), vocabulary]. */
        private NDArray predictions(NDArray logits) {
            long vocabulary = logits.getShape().get(2);
            return logits.get(new NDIndex(":, :-1")).reshape(-1, vocabulary);
        }

        EvaluationReport report(DictionaryMetrics measured) {
            return measured.report(predicted, clean / predicted, meanAblated / predicted, zeroAblated / predicted);
        }
    }

    private interface BatchConsumer {
        void accept(TokenBatch batch) throws IOException;
    }
}
