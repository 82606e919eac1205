package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.attach.AttachedSites;
import dev.assay.attach.NextTokenLoss;
import dev.assay.attach.Splice;
import dev.assay.attach.TokenMask;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.Dictionary;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextRange;
import dev.assay.text.ContextReader;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

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
        ActivationMean[] mean = {ActivationMean.NONE};
        forEachBatch(unit, reader, batch -> {
            try (ActivationCache cache = model.cache(batch.toArray(manager), sites.all())) {
                NDArray kept = kept(batch, cache);
                if (kept.size() > 0) {
                    mean[0] = mean[0].plus(ActivationMean.of(Aten.indexSelect(sites.target(cache), 0, kept)));
                }
            }
        });
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
        try (UnitSums sums = new UnitSums(unit, mean)) {
            forEachBatch(unit, reader, sums::add);
            return sums.result();
        }
    }

    private void forEachBatch(ContextRange unit, ContextReader reader, BatchConsumer consumer) throws IOException {
        try (Autograd off = Autograd.off()) {
            for (long read = 0; read < unit.size(); ) {
                TokenBatch batch = reader.next((int) Math.min(plan.contextsPerBatch(), unit.size() - read));
                if (batch == null) {
                    return;
                }
                try (Scope scope = Scope.open()) {
                    consumer.accept(batch);
                }
                read += batch.rows();
            }
        }
    }

    private NDArray kept(TokenBatch batch, ActivationCache cache) {
        return manager.create(mask.kept(batch, sites, cache));
    }

    /** Frees the arrays of the measurement. */
    @Override
    public void close() {
        manager.close();
    }

    private interface BatchConsumer {
        void accept(TokenBatch batch) throws IOException;
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

        void add(TokenBatch batch) {
            NDArray ids = batch.toArray(manager);
            NDArray targets = NextTokenLoss.targets(ids);
            NDArray logits = NextTokenLoss.predictions(model.forward(ids));
            int perContext = (int) (targets.size() / batch.rows());
            double[] cleanLosses = losses(logits, targets);
            contexts += batch.rows();
            predicted += targets.size();
            clean += DoubleStream.of(cleanLosses).sum();
            try (ActivationCache cache = model.cache(ids, sites.all())) {
                NDArray kept = kept(batch, cache);
                NDArray x = Aten.indexSelect(sites.input(cache), 0, kept);
                NDArray target = sites.transcodes() ? Aten.indexSelect(sites.target(cache), 0, kept) : x;
                NDArray zeros =
                        manager.zeros(new Shape(kept.size(), dictionaries.get(0).dOut())); // [kept, d_out]
                NDArray means = meanRow.isEmpty() ? zeros : zeros.add(meanRow);
                meanRise.add(losses(spliced(ids, kept, means), targets), cleanLosses, perContext);
                zeroRise.add(losses(spliced(ids, kept, zeros), targets), cleanLosses, perContext);
                List<String> files = files(batch, kept);
                for (DictionaryMetrics each : metrics) {
                    try (Scope scope = Scope.open()) {
                        if (kept.size() > 0) {
                            each.reconstruct(x, target, files);
                        }
                        each.replace(logits, spliced(ids, kept, each.reconstruction(x)), targets);
                    }
                }
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
