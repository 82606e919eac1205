package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
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
import dev.assay.provenance.LeftOutTokens;
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
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * Evaluation of a dictionary on the held-out documents of a corpus: reconstruction metrics, and the change of the model's loss when the
 * reconstruction replaces the activation at the written site. The target of an autoencoder is its input; the target of a transcoder is the
 * activation at its written site.
 *
 * <pre>{@code
 * EvaluationReport report = Evaluation.of(model, dictionary, corpus).tokens(200_000).run();
 * }</pre>
 *
 * <p>The sites are read from the dictionary's metadata. Tokens that the dictionary's training left out ({@link TokenMask}) keep their
 * activation in every forward pass and are excluded from every mean over activations. Cross-entropies are means over all predicted tokens.
 */
public final class Evaluation {
    /** The default number of tokens to read. */
    public static final long DEFAULT_TOKENS = 200_000;

    private final HookedTransformer model;
    private final Dictionary dictionary;
    private final Corpus corpus;
    private final Map<String, Dictionary> others = new LinkedHashMap<>();
    private HookPoint point;
    private Split split = Split.HELD_OUT;
    private long tokens = DEFAULT_TOKENS;
    private LeftOutTokens leftOut = LeftOutTokens.NONE;

    private Evaluation(HookedTransformer model, Dictionary dictionary, Corpus corpus) {
        this.model = model;
        this.dictionary = dictionary;
        this.corpus = corpus;
    }

    /**
     * Creates an evaluation of a dictionary.
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
     * Sets the read site, overriding the dictionary's metadata. The written site of a transcoder is still read from its metadata.
     *
     * @param hookPoint the site
     * @return this
     */
    public Evaluation point(HookPoint hookPoint) {
        point = hookPoint;
        return this;
    }

    /**
     * Sets the documents to read; the default is the held-out documents.
     *
     * @param documents the split of the corpus
     * @return this
     */
    public Evaluation split(Split documents) {
        split = documents;
        return this;
    }

    /**
     * Sets the number of tokens to read; the default is 200,000.
     *
     * @param count the number of tokens, at least 1; rounded up to whole forward passes
     * @return this
     */
    public Evaluation tokens(long count) {
        if (count < 1) {
            throw new InvalidInputException("tokens is " + count + ", expected at least 1");
        }
        tokens = count;
        return this;
    }

    /**
     * Leaves tokens out of all means over activations, in addition to those that the dictionary was trained without. They keep their
     * activation in every forward pass.
     *
     * @param more the tokens
     * @return this
     */
    public Evaluation leavingOut(LeftOutTokens more) {
        leftOut = more;
        return this;
    }

    /**
     * Adds a dictionary that {@link #table()} evaluates at the same sites on the same tokens. It costs one additional forward pass per
     * batch; a separate evaluation costs five.
     *
     * @param name the name in the table
     * @param other a baseline, or another dictionary of the same kind and widths
     * @return this
     */
    public Evaluation baseline(String name, Dictionary other) {
        others.put(name, other);
        return this;
    }

    /**
     * Evaluates the dictionary.
     *
     * @return the metrics
     * @throws IOException when the text cannot be read
     * @throws InvalidInputException when dictionary, model and corpus do not match, or the split has no text
     */
    public EvaluationReport run() throws IOException {
        return table().dictionary();
    }

    /**
     * Evaluates the dictionary and its {@linkplain #baseline baselines}.
     *
     * @return the metrics of each
     * @throws IOException when the text cannot be read
     * @throws InvalidInputException when dictionary, model and corpus do not match, or the split has no text
     */
    public EvaluationTable table() throws IOException {
        AttachedSites sites =
                point == null ? AttachedSites.of(model, dictionary) : AttachedSites.of(model, dictionary, point);
        sites.requiredWrites();
        model.requireContext(corpus.contextLength());
        others.forEach(this::check);
        try (Autograd off = Autograd.off();
                NDManager manager = model.manager().newSubManager()) {
            DictionaryMetrics metrics = new DictionaryMetrics(manager, dictionary);
            Map<String, DictionaryMetrics> baselineMetrics = new LinkedHashMap<>();
            others.forEach((name, other) -> baselineMetrics.put(name, new DictionaryMetrics(manager, other)));
            List<DictionaryMetrics> all = new ArrayList<>(baselineMetrics.values());
            all.add(0, metrics);
            Measurement measurement = new Measurement(sites, manager, all);
            measurement.reconstruct();
            measurement.replace();
            Map<String, EvaluationReport> reports = new LinkedHashMap<>();
            baselineMetrics.forEach((name, other) -> reports.put(name, measurement.report(other)));
            return new EvaluationTable(measurement.report(metrics), reports);
        }
    }

    private void check(String name, Dictionary other) {
        if (other.transcodes() != dictionary.transcodes()) {
            throw new InvalidInputException(
                    other.transcodes()
                            ? "\"" + name + "\" is a transcoder, expected an autoencoder like the evaluated dictionary"
                            : "the dictionary is a transcoder and \"" + name
                                    + "\" is an autoencoder, expected a transcoder");
        }
        if (other.dIn() != dictionary.dIn() || other.dOut() != dictionary.dOut()) {
            throw new InvalidInputException(
                    "\"" + name + "\" has d_in " + other.dIn() + " and d_out " + other.dOut() + ", expected "
                            + dictionary.dIn() + " and " + dictionary.dOut() + " as in the evaluated dictionary");
        }
    }

    /**
     * One evaluation in two passes over the text: reconstruction statistics, then losses. The second pass needs the mean activation of the
     * first.
     */
    private final class Measurement {
        private final AttachedSites sites;
        private final Splice splice;
        private final TokenMask mask;
        private final int contextsPerPass;
        private final NDManager manager;
        private final List<DictionaryMetrics> all;

        private final PairedDifference meanRise = new PairedDifference();
        private final PairedDifference zeroRise = new PairedDifference();
        private long predicted;
        private double clean;

        Measurement(AttachedSites sites, NDManager manager, List<DictionaryMetrics> all) {
            this.sites = sites;
            this.splice = new Splice(sites);
            this.manager = manager;
            this.all = all;
            this.mask = TokenMask.of(corpus.tokenizer(), dictionary.metadata())
                    .without(leftOut.firstPositions(), leftOut.largestNorms());
            this.contextsPerPass = ForwardBatches.withLogits(
                    model, corpus.contextLength(), ForwardBatches.FLOAT32_LOGIT, ForwardBatches.CONTEXTS);
        }

        /** Passes every batch of the evaluation to a consumer. */
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
                try (ActivationCache cache = model.cache(batch.toArray(manager), sites.all())) {
                    NDArray kept = kept(batch, cache);
                    if (kept.size() == 0) {
                        return;
                    }
                    NDArray x = Aten.indexSelect(sites.input(cache), 0, kept);
                    NDArray target = sites.transcodes() ? Aten.indexSelect(sites.target(cache), 0, kept) : x;
                    List<String> files = files(batch, kept);
                    all.forEach(metrics -> metrics.reconstruct(x, target, files));
                }
            });
            if (all.get(0).tokens() == 0) {
                throw new InvalidInputException(
                        corpus.description() + " has only tokens that the dictionary was not trained on"
                                + " (metadata.exclude_special_tokens, metadata.seqpos_slice)");
            }
        }

        /** Returns the file of each kept token; empty if no document of the batch is from a file. */
        private List<String> files(TokenBatch batch, NDArray kept) {
            return batch.files().isEmpty()
                    ? List.of()
                    : LongStream.of(kept.toLongArray())
                            .mapToObj(token -> batch.file((int) token))
                            .toList();
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
                NDArray[] input = new NDArray[1];
                NDArray[] keptRows = new NDArray[1];
                NDArray logits;
                try (HookScope hooks = model.hooks()
                        .readTogether(sites.reads(), cache -> {
                            keptRows[0] = Scope.detached(() -> kept(batch, cache));
                            input[0] = Scope.detached(() -> Aten.indexSelect(sites.input(cache), 0, keptRows[0]));
                        })
                        .open()) {
                    logits = NextTokenLoss.predictions(model.forward(ids));
                }
                try (NDArray x = input[0];
                        NDArray kept = keptRows[0]) {
                    NDArray zeros = manager.zeros(new Shape(kept.size(), mean.length)); // [kept, d_out]
                    int perContext = (int) (targets.size() / batch.rows());
                    double[] cleanLosses = losses(logits, targets);
                    predicted += targets.size();
                    clean += DoubleStream.of(cleanLosses).sum();
                    meanRise.add(losses(spliced(ids, kept, zeros.add(meanRow)), targets), cleanLosses, perContext);
                    zeroRise.add(losses(spliced(ids, kept, zeros), targets), cleanLosses, perContext);
                    for (DictionaryMetrics metrics : all) {
                        try (Scope scope = Scope.open()) {
                            metrics.replace(logits, spliced(ids, kept, metrics.reconstruction(x)), targets);
                        }
                    }
                }
            });
        }

        /** Returns the logits of predicted tokens from a forward pass with values [kept, d_out] at the kept rows of the written site. */
        private NDArray spliced(NDArray ids, NDArray kept, NDArray values) {
            try (HookScope hooks = splice.replace(model.hooks(), kept, values).open()) {
                return NextTokenLoss.predictions(model.forward(ids));
            }
        }

        private double[] losses(NDArray logits, NDArray targets) {
            return targets.size() == 0
                    ? new double[0]
                    : NextTokenLoss.perToken(logits, targets)
                            .toType(DataType.FLOAT64, false)
                            .toDoubleArray();
        }

        private NDArray kept(TokenBatch batch, ActivationCache cache) {
            return manager.create(mask.kept(batch, sites, cache));
        }

        EvaluationReport report(DictionaryMetrics metrics) {
            return metrics.report(
                    predicted,
                    clean / predicted,
                    ablation(meanRise),
                    ablation(zeroRise),
                    Math.log(model.config().vocabularySize()));
        }

        private AblationLoss ablation(PairedDifference rise) {
            return new AblationLoss(clean / predicted + rise.mean(), rise.standardError());
        }
    }

    private interface BatchConsumer {
        void accept(TokenBatch batch) throws IOException;
    }
}
