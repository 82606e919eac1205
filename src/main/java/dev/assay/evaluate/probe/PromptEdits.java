package dev.assay.evaluate.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.assay.attach.ForwardBatches;
import dev.assay.attach.LogitDivergence;
import dev.assay.model.HookedTransformer;
import dev.assay.model.PaddedTokens;
import dev.assay.model.Padding;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Runs a model on prompts while the activations at one site are edited, and measures behaviour, size of the edit and activations at any site.
 *
 * <pre>{@code
 * try (PromptEdits edits = PromptEdits.of(model, HookPoint.residPost(1), prompts)) {
 *     EditResult result = edits.run(eraser.inFloat32(model.manager()), EditedPositions.ALL, HookPoint.residPost(3));
 * }
 * }</pre>
 */
public final class PromptEdits implements AutoCloseable {
    private final HookedTransformer model;
    private final HookPoint site;
    private final ConceptPrompts prompts;
    private final NDManager manager;
    private final HookPoint last;
    private final NDArray base; // unedited logits at the prediction positions, [prompts, V]
    private final double[] baseProbability;

    private PromptEdits(HookedTransformer model, HookPoint site, ConceptPrompts prompts, NDManager manager) {
        this.model = model;
        this.site = site;
        this.prompts = prompts;
        this.manager = manager;
        this.last = HookPoint.residPost(model.config().layers() - 1);
        this.base = unedited();
        this.baseProbability = rightProbability(base);
    }

    /**
     * Runs the prompts without an edit.
     *
     * @param model a whole model, which the caller closes after the result
     * @param site the edited site, with a vector at each position
     * @param prompts the prompts, not longer than the context length
     * @return the runs, closed by the caller
     */
    public static PromptEdits of(HookedTransformer model, HookPoint site, ConceptPrompts prompts) {
        prompts.rows().forEach(row -> model.requireContext(row.length));
        model.width(site);
        NDManager manager = model.manager().newSubManager();
        try {
            return new PromptEdits(model, site, prompts, manager);
        } catch (RuntimeException failure) {
            manager.close();
            throw failure;
        }
    }

    /** {@return the mean probability of the right class without an edit} */
    public double baseRightProbability() {
        double sum = 0;
        for (double probability : baseProbability) {
            sum += probability;
        }
        return sum / baseProbability.length;
    }

    /**
     * Reads activations at the prediction positions without an edit. The model runs to the deepest of the hook points.
     *
     * @param model the model, of which a part may be loaded
     * @param prompts the prompts, not longer than the context length
     * @param points at least one hook point with a vector at each position
     * @return rows with the labels of the prompts
     */
    public static Map<HookPoint, ProbeData> activations(
            HookedTransformer model, ConceptPrompts prompts, HookPoint... points) {
        prompts.rows().forEach(row -> model.requireContext(row.length));
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            Map<HookPoint, NDList> parts = parts(points);
            for (Batch batch : batches(model, prompts)) {
                try (Scope inner = Scope.open();
                        ActivationCache cache = model.cache(batch.tokens.tokens(), points)) {
                    keepRows(cache, batch, parts, inner);
                }
            }
            return data(parts, prompts);
        }
    }

    private static Map<HookPoint, NDList> parts(HookPoint... points) {
        Map<HookPoint, NDList> parts = new LinkedHashMap<>();
        for (HookPoint point : points) {
            parts.put(point, new NDList());
        }
        return parts;
    }

    private static void keepRows(ActivationCache cache, Batch batch, Map<HookPoint, NDList> parts, Scope inner) {
        parts.forEach((point, rows) -> rows.add(inner.keep(rows(cache.get(point), batch))));
    }

    private static Map<HookPoint, ProbeData> data(Map<HookPoint, NDList> parts, ConceptPrompts prompts) {
        Map<HookPoint, ProbeData> activations = new LinkedHashMap<>();
        parts.forEach((point, rows) -> activations.put(point, ProbeData.of(NDArrays.concat(rows), prompts.labels())));
        return activations;
    }

    /**
     * Runs the prompts with an edit.
     *
     * @param edit the edit of the rows of the site
     * @param positions where it is applied
     * @param points hook points whose edited activations at the prediction positions are returned; the site itself is read after the edit
     * @return the effects
     */
    public EditResult run(ActivationEdit edit, EditedPositions positions, HookPoint... points) {
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            double[] sizes = new double[prompts.size()];
            Map<HookPoint, NDList> parts = parts(points);
            NDList logits = new NDList();
            for (Batch batch : batches(model, prompts)) {
                try (Scope inner = Scope.open();
                        HookScope hooks = model.hooks()
                                .edit(site, (x, at) -> edited(x, edit, positions, batch, sizes))
                                .open()) {
                    logits.add(forward(batch, parts, inner));
                }
            }
            NDArray edited = NDArrays.concat(logits); // [prompts, V]
            double[] divergence = new double[prompts.size()];
            int chunk = ForwardBatches.withLogits(model, 1, ForwardBatches.FLOAT64_LOGIT, prompts.size());
            for (int from = 0; from < divergence.length; from += chunk) {
                int to = Math.min(divergence.length, from + chunk);
                String rows = from + ":" + to;
                double[] part = LogitDivergence.inFloat64(base.get(rows), edited.get(rows));
                System.arraycopy(part, 0, divergence, from, part.length);
            }
            return new EditResult(
                    rightProbability(edited), sizes, divergence, edited.toFloatArray(), data(parts, prompts));
        }
    }

    /** The prompts from one index to another, padded on the right. */
    private record Batch(int from, int to, int padded, PaddedTokens tokens, NDArray predictions) {}

    private NDArray unedited() {
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            NDList logits = new NDList();
            for (Batch batch : batches(model, prompts)) {
                try (Scope inner = Scope.open()) {
                    logits.add(forward(batch, Map.of(), inner));
                }
            }
            NDArray all = scope.keep(NDArrays.concat(logits));
            all.attach(manager);
            return all;
        }
    }

    private static List<Batch> batches(HookedTransformer model, ConceptPrompts prompts) {
        int longest = prompts.rows().stream().mapToInt(row -> row.length).max().orElse(1);
        int size = ForwardBatches.withoutLogits(longest);
        List<Batch> batches = new ArrayList<>();
        for (int from = 0; from < prompts.size(); from += size) {
            int to = Math.min(prompts.size(), from + size);
            List<int[]> rows = prompts.rows().subList(from, to);
            PaddedTokens tokens = PaddedTokens.of(model.manager(), rows, Padding.RIGHT, 0);
            int padded = Math.toIntExact(tokens.tokens().getShape().get(1));
            int start = from;
            long[] predictions = IntStream.range(from, to)
                    .mapToLong(i -> (long) (i - start) * padded + prompts.lengths()[i] - 1)
                    .toArray();
            batches.add(new Batch(from, to, padded, tokens, model.manager().create(predictions)));
        }
        return batches;
    }

    /** Returns the logits at the prediction positions, and adds the rows of the hook points, all owned by the parent of a scope. */
    private NDArray forward(Batch batch, Map<HookPoint, NDList> parts, Scope inner) {
        Set<HookPoint> sites = new LinkedHashSet<>(parts.keySet());
        sites.add(last);
        // Attention is causal: padding on the right does not affect the prediction position.
        try (ActivationCache cache = model.cache(batch.tokens.tokens(), sites.toArray(HookPoint[]::new))) {
            keepRows(cache, batch, parts, inner);
            return inner.keep(model.unembed(model.finalNorm(rows(cache.get(last), batch))));
        }
    }

    private static NDArray rows(NDArray activation, Batch batch) {
        long positions = activation.getShape().get(0) * activation.getShape().get(1);
        return Aten.indexSelect(activation.reshape(positions, -1), 0, batch.predictions);
    }

    private NDArray edited(NDArray x, ActivationEdit edit, EditedPositions positions, Batch batch, double[] sizes) {
        LongStream.Builder selected = LongStream.builder();
        List<Integer> owners = new ArrayList<>();
        for (int i = batch.from; i < batch.to; i++) {
            int length = prompts.lengths()[i];
            for (int at = positions.from(length); at < positions.to(length, batch.padded); at++) {
                selected.add((long) (i - batch.from) * batch.padded + at);
                owners.add(i);
            }
        }
        try (Scope scope = Scope.open()) {
            NDArray index = x.getManager().create(selected.build().toArray());
            NDArray flat = x.reshape(x.getShape().get(0) * x.getShape().get(1), -1);
            NDArray before = Aten.indexSelect(flat, 0, index);
            NDArray after = edit.apply(before);
            double[] squares = after.toType(DataType.FLOAT64, false)
                    .sub(before.toType(DataType.FLOAT64, false))
                    .square()
                    .sum(new int[] {1})
                    .toDoubleArray();
            double[] sums = new double[batch.to - batch.from];
            for (int i = 0; i < squares.length; i++) {
                sums[owners.get(i) - batch.from] += squares[i];
            }
            for (int i = 0; i < sums.length; i++) {
                sizes[batch.from + i] = Math.sqrt(sums[i]);
            }
            NDArray result = Aten.copy(flat);
            Aten.indexCopy_(result, 0, index, after);
            return scope.keep(result.reshape(x.getShape()));
        }
    }

    private double[] rightProbability(NDArray logits) {
        try (Scope scope = Scope.open()) {
            double[] negative = logSum(logits, prompts.negative());
            double[] positive = logSum(logits, prompts.positive());
            double[] right = new double[negative.length];
            for (int i = 0; i < right.length; i++) {
                double margin = positive[i] - negative[i];
                right[i] = LogisticObjective.sigmoid(prompts.labels()[i] ? margin : -margin);
            }
            return right;
        }
    }

    /** Returns the logarithm of the summed exponentials of some logits of each row, in float64. */
    private static double[] logSum(NDArray logits, int[] tokens) {
        NDArray index =
                logits.getManager().create(IntStream.of(tokens).asLongStream().toArray());
        NDArray selected = Aten.indexSelect(logits, 1, index).toType(DataType.FLOAT64, false);
        double[] values = selected.toDoubleArray();
        double[] sums = new double[values.length / tokens.length];
        for (int i = 0; i < sums.length; i++) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < tokens.length; j++) {
                largest = Math.max(largest, values[i * tokens.length + j]);
            }
            double sum = 0;
            for (int j = 0; j < tokens.length; j++) {
                sum += Math.exp(values[i * tokens.length + j] - largest);
            }
            sums[i] = largest + Math.log(sum);
        }
        return sums;
    }

    @Override
    public void close() {
        manager.close();
    }
}
