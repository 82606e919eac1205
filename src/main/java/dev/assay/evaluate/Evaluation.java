package dev.assay.evaluate;

import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedSites;
import dev.assay.attach.TokenMask;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.LeftOutTokens;
import dev.assay.sae.Dictionary;
import dev.assay.text.ContextRange;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

    private static final long MEMORY = 512L << 20;

    private final HookedTransformer model;
    private final Dictionary dictionary;
    private final Corpus corpus;
    private final Map<String, Dictionary> others = new LinkedHashMap<>();
    private HookPoint point;
    private Split split = Split.HELD_OUT;
    private long tokens = DEFAULT_TOKENS;
    private long memory = MEMORY;
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
     * Sets the memory of activations that are kept while the text is read; the default is 512 MiB. The model runs to the written site once
     * on the tokens that fit, and twice on the others. The metrics do not depend on it.
     *
     * @param bytes at least 0
     * @return this
     */
    public Evaluation memory(long bytes) {
        InvalidInputException.require(bytes >= 0, () -> "memory is " + bytes + " bytes, expected at least 0");
        memory = bytes;
        return this;
    }

    /**
     * Adds a dictionary that {@link #table()} evaluates at the same sites on the same tokens. It costs one additional run of the model from
     * the written site on; a separate evaluation costs a run to the site and four from there on.
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
        EvaluationPlan plan = plan();
        EvaluationTotals totals = totals();
        try (EvaluationUnits units = units();
                RetainedBatches batches = new RetainedBatches(units, corpus, split, memory)) {
            ActivationMean mean = ActivationMean.NONE;
            EvaluatedBatches first = batches.first();
            for (ContextRange unit : plan.units()) {
                mean = mean.plus(units.mean(unit, first));
            }
            EvaluationTotals.requireTokens(corpus.description(), batches.contexts(), mean.tokens());
            EvaluatedBatches second = batches.second();
            for (ContextRange unit : plan.units()) {
                totals.add(units.sums(unit, second, mean));
            }
        }
        return totals.table();
    }

    /** {@return the division of the text into units, which other processes can measure} */
    public EvaluationPlan plan() {
        return EvaluationPlan.of(model.config().vocabularySize(), corpus.contextLength(), tokens);
    }

    /** {@return empty totals for the sums of the units} */
    public EvaluationTotals totals() {
        return new EvaluationTotals(
                List.copyOf(others.keySet()),
                corpus.description(),
                model.config().vocabularySize());
    }

    /**
     * Opens the measurement of single units of the {@linkplain #plan() plan}.
     *
     * @return the measurement, closed by the caller
     * @throws InvalidInputException when dictionary, model and corpus do not match
     */
    public EvaluationUnits units() {
        AttachedSites sites =
                point == null ? AttachedSites.of(model, dictionary) : AttachedSites.of(model, dictionary, point);
        sites.requiredWrites();
        model.requireContext(corpus.contextLength());
        others.forEach(this::check);
        TokenMask mask = TokenMask.of(corpus.tokenizer(), dictionary.metadata())
                .without(leftOut.firstPositions(), leftOut.largestNorms());
        List<Dictionary> all = new ArrayList<>(others.values());
        all.add(0, dictionary);
        return new EvaluationUnits(sites, mask, plan(), all);
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
}
