package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.attach.AttachedSites;
import dev.assay.attach.Splice;
import dev.assay.attach.TokenMask;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.Dictionary;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextRange;
import dev.assay.text.ContextReader;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;

/**
 * Measures units of an {@link EvaluationPlan}. There are two passes over the text: the mean activation, which one of the ablations inserts,
 * and the losses. Each pass divides into units:
 *
 * <pre>{@code
 * ActivationMean mean = ActivationMean.NONE;
 * for (ContextRange unit : plan.units()) {
 *     mean = mean.plus(units.mean(unit, reader(unit)));          // in the order of the units
 * }
 * for (ContextRange unit : plan.units()) {
 *     totals.add(units.sums(unit, reader(unit), mean));
 * }
 * }</pre>
 *
 * <p>The bits of a unit depend on its contexts, on the mean and on the number of threads of an operation.
 */
public final class EvaluationUnits implements AutoCloseable {
    private final HookedTransformer model;
    private final AttachedSites sites;
    private final TokenMask mask;
    private final EvaluationPlan plan;
    private final List<Dictionary> dictionaries;
    private final Splice splice;
    private final NDManager manager;

    /** Creates the measurement of some dictionaries with the same sites. */
    EvaluationUnits(AttachedSites sites, TokenMask mask, EvaluationPlan plan, List<Dictionary> dictionaries) {
        this.model = sites.model();
        this.sites = sites;
        this.mask = mask;
        this.plan = plan;
        this.dictionaries = List.copyOf(dictionaries);
        this.splice = new Splice(sites);
        this.manager = model.manager().newSubManager();
    }

    /**
     * Computes the mean activation of a unit at the written site, over the tokens that the dictionary is for.
     *
     * @param unit one of the units of the plan
     * @param reader at the first context of the unit
     * @return the mean
     * @throws IOException when the text cannot be read
     */
    public ActivationMean mean(ContextRange unit, ContextReader reader) throws IOException {
        return mean(unit, contexts -> batch(reader, contexts, true));
    }

    ActivationMean mean(ContextRange unit, EvaluatedBatches batches) throws IOException {
        ActivationMean[] mean = {ActivationMean.NONE};
        forEachBatch(unit, batches, batch -> mean[0] = mean[0].plus(batch.mean()));
        return mean[0];
    }

    /**
     * Measures a unit.
     *
     * @param unit one of the units of the plan
     * @param reader at the first context of the unit
     * @param mean the mean of all units
     * @return the sums of the unit; of no context behind the end of the text
     * @throws IOException when the text cannot be read
     */
    public EvaluationSums sums(ContextRange unit, ContextReader reader, ActivationMean mean) throws IOException {
        return sums(unit, contexts -> batch(reader, contexts, false), mean);
    }

    EvaluationSums sums(ContextRange unit, EvaluatedBatches batches, ActivationMean mean) throws IOException {
        try (UnitSums sums = new UnitSums(unit, mean)) {
            forEachBatch(unit, batches, sums::add);
            return sums.result();
        }
    }

    private void forEachBatch(ContextRange unit, EvaluatedBatches batches, Consumer<EvaluatedBatch> consumer)
            throws IOException {
        try (Autograd off = Autograd.off()) {
            for (long read = 0; read < unit.size(); ) {
                EvaluatedBatch batch = batches.next((int) Math.min(plan.contextsPerBatch(), unit.size() - read));
                if (batch == null) {
                    return;
                }
                read += batch.tokens().rows();
                try (Scope scope = Scope.open()) {
                    consumer.accept(batch);
                } catch (RuntimeException failure) {
                    batch.close();
                    throw failure;
                }
                batches.done(batch);
            }
        }
    }

    /**
     * Reads the next contexts and runs the model on them.
     *
     * @param withMean whether to compute the mean of the written activations
     * @return the batch, or null at the end of the text
     */
    EvaluatedBatch batch(ContextReader reader, int contexts, boolean withMean) throws IOException {
        TokenBatch tokens = reader.next(contexts);
        if (tokens == null) {
            return null;
        }
        try (Scope scope = Scope.open()) {
            return EvaluatedBatch.of(tokens, sites, mask, withMean, manager);
        }
    }

    /** Frees the arrays of the measurement. */
    @Override
    public void close() {
        manager.close();
    }

    /** The sums of the batches of one unit. */
    private final class UnitSums implements AutoCloseable {
        private final NDManager own = manager.newSubManager();
        private final NDArray meanRow; // [d_out]
        private final List<DictionaryMetrics> metrics;
        private final PairedDifference meanRise = new PairedDifference();
        private final PairedDifference zeroRise = new PairedDifference();
        private long contexts;
        private long predicted;
        private double clean;

        UnitSums(ContextRange unit, ActivationMean mean) {
            double[] values = mean.mean();
            float[] floats = new float[values.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) values[i];
            }
            this.meanRow = Scope.detached(() -> own.create(floats));
            long before = unit.from() * plan.contextLength();
            this.metrics = dictionaries.stream()
                    .map(dictionary -> new DictionaryMetrics(
                            own, dictionary, ReconstructionStatistics.ofRange(mean.origin(), before)))
                    .toList();
        }

        void add(EvaluatedBatch batch) {
            try (EvaluatedBatch.Clean unedited = batch.clean()) {
                NDArray kept = batch.kept();
                Predictions predictions = Predictions.clean(unedited.logits(), batch.ids());
                int perContext = batch.tokens().length() - 1;
                double[] cleanLosses = predictions.losses();
                contexts += batch.tokens().rows();
                predicted += predictions.count();
                clean += DoubleStream.of(cleanLosses).sum();
                NDArray zeros = manager.zeros(unedited.target().getShape()); // [kept, d_out]
                NDArray means = kept.isEmpty() ? zeros : zeros.add(meanRow);
                meanRise.add(losses(batch, predictions, means), cleanLosses, perContext);
                zeroRise.add(losses(batch, predictions, zeros), cleanLosses, perContext);
                List<String> files = batch.files();
                for (DictionaryMetrics each : metrics) {
                    try (Scope scope = Scope.open()) {
                        NDArray reconstruction =
                                kept.isEmpty() ? zeros : each.reconstruct(unedited.x(), unedited.target(), files);
                        each.replace(predictions, predictions.edited(spliced(batch, reconstruction)));
                    }
                }
            }
        }

        private double[] losses(EvaluatedBatch batch, Predictions clean, NDArray values) {
            try (Scope scope = Scope.open()) {
                return clean.edited(spliced(batch, values)).losses();
            }
        }

        /** Returns the logits with values [kept, d_out] at the kept rows of the written sites. */
        private NDArray spliced(EvaluatedBatch batch, NDArray values) {
            try (HookScope hooks =
                    splice.replace(model.hooks(), batch.kept(), values).open()) {
                return batch.forward();
            }
        }

        EvaluationSums result() {
            return new EvaluationSums(
                    contexts,
                    predicted,
                    clean,
                    meanRise.sums(),
                    zeroRise.sums(),
                    metrics.stream().map(DictionaryMetrics::sums).toList());
        }

        @Override
        public void close() {
            own.close();
        }
    }
}
