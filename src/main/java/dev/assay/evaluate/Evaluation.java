package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedSites;
import dev.assay.attach.ForwardBatches;
import dev.assay.attach.NextTokenLoss;
import dev.assay.attach.Splice;
import dev.assay.attach.TokenMask;
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

/**
 * Measures a dictionary on the held-out documents of a corpus: how well it reconstructs its target, and how the model's loss changes when
 * the reconstruction replaces the activation at the written site. The target of an autoencoder is its input; that of a transcoder is the
 * activation of the site that it writes.
 *
 * <pre>{@code
 * EvaluationReport report = Evaluation.of(model, dictionary, corpus).tokens(200_000).run();
 * }</pre>
 *
 * <p>The sites are those of the dictionary's metadata. If the dictionary was trained without special tokens, these keep their activation
 * in every run and are excluded from every mean over activations. Cross-entropies are over all predicted tokens.
 */
public final class Evaluation {
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
     * Sets the site that the dictionary reads, in place of the one in its metadata. A transcoder still writes the site of its metadata.
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
     * Adds a dictionary that {@link #table()} measures at the same sites on the same tokens, at the cost of one more run of the model; a
     * separate measurement costs five.
     *
     * @param name its name in the table
     * @param other a baseline, or another dictionary of the same kind and widths
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
        AttachedSites sites =
                AttachedSites.of(model, point == null ? dictionary.sites() : dictionary.sitesReading(point.name()));
        sites.requiredWrites();
        others.forEach(this::check);
        try (Autograd off = Autograd.off();
                NDManager manager = model.manager().newSubManager()) {
            DictionaryMetrics measured = new DictionaryMetrics(manager, dictionary);
            Map<String, DictionaryMetrics> beside = new LinkedHashMap<>();
            others.forEach((name, other) -> beside.put(name, new DictionaryMetrics(manager, other)));
            List<DictionaryMetrics> all = new ArrayList<>(beside.values());
            all.add(0, measured);
            Measurement measurement = new Measurement(sites, manager, all);
            measurement.reconstruct();
            measurement.replace();
            Map<String, EvaluationReport> reports = new LinkedHashMap<>();
            beside.forEach((name, other) -> reports.put(name, measurement.report(other)));
            return new EvaluationTable(measurement.report(measured), reports);
        }
    }

    private void check(String name, Dictionary other) {
        if (other.transcodes() != dictionary.transcodes()) {
            throw new InvalidInputException(
                    other.transcodes()
                            ? "\"" + name
                                    + "\" is a transcoder, expected a dictionary that reconstructs its input, as the other does"
                            : "the dictionary is a transcoder, and \"" + name
                                    + "\" reconstructs its input, expected another transcoder");
        }
        if (other.dIn() != dictionary.dIn() || other.dOut() != dictionary.dOut()) {
            throw new InvalidInputException("\"" + name + "\" has d_in " + other.dIn() + " and d_out " + other.dOut()
                    + ", expected " + dictionary.dIn() + " and " + dictionary.dOut() + ", as the dictionary");
        }
    }

    /** One measurement: first the statistics of the activations, whose mean the second pass needs, then the losses. */
    private final class Measurement {
        private final AttachedSites sites;
        private final Splice splice;
        private final TokenMask mask;
        private final int contextsPerPass;
        private final NDManager manager;
        private final List<DictionaryMetrics> all;

        private long predicted;
        private double clean;
        private double meanAblated;
        private double zeroAblated;

        Measurement(AttachedSites sites, NDManager manager, List<DictionaryMetrics> all) {
            this.sites = sites;
            this.splice = new Splice(sites);
            this.manager = manager;
            this.all = all;
            this.mask = TokenMask.of(corpus.tokenizer(), dictionary.metadata());
            this.contextsPerPass = ForwardBatches.withLogits(
                    model, corpus.contextLength(), ForwardBatches.FLOAT32_LOGIT, ForwardBatches.CONTEXTS);
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
                NDArray kept = kept(batch);
                if (kept.size() == 0) {
                    return;
                }
                try (ActivationCache cache = model.cache(batch.toArray(manager), sites.all())) {
                    NDArray x = Aten.indexSelect(sites.input(cache), 0, kept);
                    NDArray target = sites.transcodes() ? Aten.indexSelect(sites.target(cache), 0, kept) : x;
                    all.forEach(measured -> measured.reconstruct(x, target));
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
                NDArray targets = NextTokenLoss.targets(ids);
                NDArray kept = kept(batch);
                NDArray[] input = new NDArray[1];
                NDArray logits;
                try (HookScope hooks = model.hooks()
                        .readTogether(
                                sites.reads(),
                                cache -> input[0] = Scope.detached(() -> Aten.indexSelect(sites.input(cache), 0, kept)))
                        .open()) {
                    logits = NextTokenLoss.predictions(model.forward(ids));
                }
                try (NDArray x = input[0]) {
                    NDArray zeros = manager.zeros(new Shape(kept.size(), mean.length)); // [kept, d_out]
                    predicted += targets.size();
                    clean += NextTokenLoss.sum(logits, targets);
                    meanAblated += NextTokenLoss.sum(spliced(ids, kept, zeros.add(meanRow)), targets);
                    zeroAblated += NextTokenLoss.sum(spliced(ids, kept, zeros), targets);
                    for (DictionaryMetrics measured : all) {
                        try (Scope scope = Scope.open()) {
                            measured.replace(logits, spliced(ids, kept, measured.reconstruction(x)), targets);
                        }
                    }
                }
            });
        }

        /** Returns the predictions of a run with values [kept, d_out] at the kept rows of the written site. */
        private NDArray spliced(NDArray ids, NDArray kept, NDArray values) {
            try (HookScope hooks = splice.replace(model.hooks(), kept, values).open()) {
                return NextTokenLoss.predictions(model.forward(ids));
            }
        }

        private NDArray kept(TokenBatch batch) {
            return manager.create(mask.kept(batch.ids()));
        }

        EvaluationReport report(DictionaryMetrics measured) {
            return measured.report(predicted, clean / predicted, meanAblated / predicted, zeroAblated / predicted);
        }
    }

    private interface BatchConsumer {
        void accept(TokenBatch batch) throws IOException;
    }
}
