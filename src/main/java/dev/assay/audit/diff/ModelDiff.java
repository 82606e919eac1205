package dev.assay.audit.diff;

import dev.assay.InvalidInputException;
import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.measure.DocumentMatrixBuilder;
import dev.assay.audit.measure.EffectSize;
import dev.assay.audit.measure.PermutationTest;
import dev.assay.audit.sample.AuditPass;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Pooling;
import dev.assay.audit.sample.SourceStatistics;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.dialogue.LabelledDialogue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Compares a base and a tuned model by the same dictionaries on the same documents. Each document is a pair, whose halves are the two
 * models; documents of a pair or group flip their signs together.
 *
 * <pre>{@code
 * List<DictionaryDiff> diffs = ModelDiff.of(base, tuned).dictionary("sae", sae).dictionary("random", random).run(documents);
 * }</pre>
 *
 * <p>A dictionary explains the tuned model less well than the base model it was trained on; both fractions of variance unexplained are part of
 * the result. A crosscoder, which is trained on both models, is compared by {@link CrosscoderDiff}.
 */
public final class ModelDiff {
    private final HookedTransformer base;
    private final HookedTransformer tuned;
    private final Map<String, UnaryOperator<AuditPass>> dictionaries = new LinkedHashMap<>();
    private Pooling pooling = Pooling.mean();
    private PermutationTest test = PermutationTest.DEFAULT;
    private DialogueFormat format = DialogueFormat.standard();

    private ModelDiff(HookedTransformer base, HookedTransformer tuned) {
        this.base = base;
        this.tuned = tuned;
    }

    /**
     * Starts without dictionaries.
     *
     * @param base the model before tuning
     * @param tuned the model after tuning, with the same tokenizer; the caller closes both
     * @return the comparison
     * @throws InvalidInputException if the vocabularies differ
     */
    public static ModelDiff of(HookedTransformer base, HookedTransformer tuned) {
        int vocabulary = base.config().vocabularySize();
        InvalidInputException.require(
                tuned.config().vocabularySize() == vocabulary,
                () -> "the tuned model has a vocabulary of " + tuned.config().vocabularySize() + ", expected "
                        + vocabulary + " as the base model");
        return new ModelDiff(base, tuned);
    }

    /**
     * Adds a dictionary at the site of its metadata.
     *
     * @param name the name in the results
     * @param dictionary the dictionary; the caller closes it
     * @return this
     */
    public ModelDiff dictionary(String name, Dictionary dictionary) {
        return add(name, pass -> pass.dictionary(name, dictionary));
    }

    /**
     * Adds a dictionary at a site.
     *
     * @param name the name in the results
     * @param dictionary the dictionary; the caller closes it
     * @param point the site that is read
     * @return this
     */
    public ModelDiff dictionary(String name, Dictionary dictionary, HookPoint point) {
        return add(name, pass -> pass.dictionary(name, dictionary, point));
    }

    private ModelDiff add(String name, UnaryOperator<AuditPass> addition) {
        InvalidInputException.require(
                dictionaries.put(name, addition) == null, () -> "two dictionaries have the name \"" + name + "\"");
        return this;
    }

    /**
     * Sets the pooling of the permutation test.
     *
     * @param rule the pooling; default {@link Pooling#mean()}
     * @return this
     */
    public ModelDiff pooling(Pooling rule) {
        this.pooling = rule;
        return this;
    }

    /**
     * Sets the permutation test.
     *
     * @param other numbers of draws and seed; default {@link PermutationTest#DEFAULT}
     * @return this
     */
    public ModelDiff test(PermutationTest other) {
        this.test = other;
        return this;
    }

    /**
     * Sets the markers around turns.
     *
     * @param other the format; default {@link DialogueFormat#standard()}
     * @return this
     */
    public ModelDiff format(DialogueFormat other) {
        this.format = other;
        return this;
    }

    /**
     * Runs both models over the documents.
     *
     * @param documents at least one document; labels are not used
     * @return one result per dictionary, in the order in which they were added
     * @throws IOException if a file of a model cannot be read
     * @throws InvalidInputException without dictionaries, or if one does not fit a model
     */
    public List<DictionaryDiff> run(List<LabelledDialogue> documents) throws IOException {
        AuditSample inBase = pass(base, documents);
        AuditSample inTuned = pass(tuned, documents);
        int[] units = inBase.units(IntStream.range(0, documents.size()).toArray());
        return dictionaries.keySet().stream()
                .map(name -> diff(name, inBase, inTuned, units))
                .toList();
    }

    private AuditSample pass(HookedTransformer model, List<LabelledDialogue> documents) throws IOException {
        AuditPass pass = AuditPass.of(model).pooling(pooling).format(format).reconstruction();
        for (UnaryOperator<AuditPass> addition : dictionaries.values()) {
            pass = addition.apply(pass);
        }
        return pass.run(documents);
    }

    private DictionaryDiff diff(String name, AuditSample inBase, AuditSample inTuned, int[] units) {
        DocumentMatrix before = inBase.matrix(name, pooling);
        DocumentMatrix after = inTuned.matrix(name, pooling);
        DocumentMatrixBuilder builder = new DocumentMatrixBuilder(before.columns());
        for (int row = 0; row < before.rows(); row++) {
            double[] difference = after.row(row);
            before.row(row, (column, value) -> difference[column] -= value);
            builder.add(difference);
        }
        DocumentMatrix differences = builder.build();
        PermutationTest.Result result = test.paired(differences, units);
        DocumentMatrix byFeature = differences.transposed();
        SourceStatistics ofBase = inBase.statistics(name);
        SourceStatistics ofTuned = inTuned.statistics(name);
        List<FeatureChange> changes = new ArrayList<>();
        for (int feature = 0; feature < before.columns(); feature++) {
            changes.add(new FeatureChange(
                    feature,
                    ofBase.meanActivation(feature),
                    ofTuned.meanActivation(feature),
                    ofBase.frequency(feature),
                    ofTuned.frequency(feature),
                    EffectSize.pairedD(byFeature.row(feature)),
                    result.statistics()[feature],
                    result.pValues()[feature],
                    result.qValues()[feature],
                    result.familyPValues()[feature]));
        }
        changes.sort(Comparator.comparingDouble((FeatureChange change) -> -Math.abs(change.statistic()))
                .thenComparingInt(FeatureChange::feature));
        return new DictionaryDiff(
                name, ofBase.fvu(), ofTuned.fvu(), ofBase.l0(), ofTuned.l0(), result.tested(), changes);
    }
}
