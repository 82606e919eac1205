package dev.assay.intervene.patch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.CodeEntries;
import dev.assay.attach.FeatureContributions;
import dev.assay.attach.FeatureContributions.Coded;
import dev.assay.attach.ForwardBatches;
import dev.assay.attach.Splice;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Removes latents of one dictionary, x' = x − s · c_i d_i, and reads the codes of other dictionaries in the same run. Several latents are
 * removed in one forward pass, each from its own copy of the contexts.
 */
final class LatentRemoval {
    /** All positions. */
    static final int EVERYWHERE = -1;

    private final HookedTransformer model;
    private final List<AttachedDictionary> dictionaries;
    private final List<int[]> contexts;
    private final int length;
    private final int position;
    private final List<CodeEntries> clean = new ArrayList<>();

    /**
     * Encodes the contexts.
     *
     * @param dictionaries the dictionaries, all of one model
     * @param contexts token ids, all of one length
     * @param position where latents are removed and codes are read, or {@link #EVERYWHERE}
     */
    LatentRemoval(List<AttachedDictionary> dictionaries, List<int[]> contexts, int position) {
        InvalidInputException.require(!dictionaries.isEmpty(), "there are no dictionaries, expected at least one");
        InvalidInputException.require(!contexts.isEmpty(), "there are no contexts, expected at least one");
        this.model = dictionaries.get(0).model();
        this.dictionaries = List.copyOf(dictionaries);
        this.contexts = List.copyOf(contexts);
        this.length = contexts.get(0).length;
        this.position = position;
        check();
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off();
                ActivationCache cache = model.cache(tokens(model.manager(), 1), reads(dictionaries))) {
            for (AttachedDictionary each : dictionaries) {
                clean.add(new CodeEntries(encode(each, cache, 1).codes()));
            }
        }
    }

    private void check() {
        for (AttachedDictionary each : dictionaries) {
            if (each.model() != model) {
                throw new InvalidInputException("the dictionary at "
                        + each.sites().sites() + " is attached to "
                        + each.model().name() + " and the first one to " + model.name() + ", expected one model");
            }
            each.sites().requiredWrites();
        }
        model.requireContext(length);
        for (int i = 0; i < contexts.size(); i++) {
            int found = contexts.get(i).length;
            if (found != length || length == 0) {
                throw new InvalidInputException("context " + i + " has " + found + " tokens, expected "
                        + Math.max(1, length) + ", as many as in the first context");
            }
        }
        InvalidInputException.require(
                position == EVERYWHERE || position >= 0 && position < length,
                () -> "the position is " + position + ", expected 0 to " + (length - 1));
    }

    private static HookPoint[] reads(List<AttachedDictionary> dictionaries) {
        return dictionaries.stream()
                .flatMap(each -> each.sites().reads().stream())
                .distinct()
                .toArray(HookPoint[]::new);
    }

    /** Returns copies of all contexts, int64 [copies · contexts, length]. */
    private NDArray tokens(NDManager manager, int copies) {
        return manager.create(ids(copies), new Shape((long) copies * contexts.size(), length));
    }

    private long[] ids(int copies) {
        long[] once =
                contexts.stream().flatMapToInt(Arrays::stream).asLongStream().toArray();
        long[] all = new long[copies * once.length];
        for (int i = 0; i < copies; i++) {
            System.arraycopy(once, 0, all, i * once.length, once.length);
        }
        return all;
    }

    private Coded encode(AttachedDictionary attached, ActivationCache cache, int copies) {
        NDArray x = attached.sites().input(cache).toType(DataType.FLOAT32, false);
        return new FeatureContributions(attached).encode(x, ids(copies), length);
    }

    private int rows() {
        return contexts.size() * length;
    }

    private boolean counts(int row) {
        return position == EVERYWHERE || row % length == position;
    }

    /**
     * Returns the latents of a dictionary that are active at a counted position, with the sum of their codes there.
     *
     * @return [d_sae], 0 for latents that are not active
     */
    double[] activity(int dictionary) {
        double[] sums = new double[dictionaries.get(dictionary).sae().dSae()];
        for (int row = 0; row < rows(); row++) {
            if (counts(row)) {
                clean.get(dictionary).row(row, (latent, code) -> sums[latent] += code);
            }
        }
        return sums;
    }

    /** Returns the mean over contexts of the L2 norm over positions of the codes of a latent. */
    double norm(int dictionary, int latent) {
        double[] squares = new double[contexts.size()];
        for (int row = 0; row < rows(); row++) {
            int context = row / length;
            if (counts(row)) {
                clean.get(dictionary).row(row, (each, code) -> squares[context] += each == latent ? code * code : 0);
            }
        }
        return Arrays.stream(squares).map(Math::sqrt).average().orElseThrow();
    }

    /** Returns whether a dictionary is read at or after the sites that another one writes. */
    boolean reaches(int removed, int read) {
        int layers = model.config().layers();
        return dictionaries.get(removed).sites().requiredWrites().stream()
                .anyMatch(write -> dictionaries.get(read).sites().reads().stream()
                        .anyMatch(each -> slot(write, layers) <= slot(each, layers)));
    }

    private static int slot(HookPoint point, int layers) {
        return point.kind().slot(point.block(), layers);
    }

    /**
     * The change of codes by removed latents.
     *
     * @param strength the mean over contexts of the L2 norm over positions of c' − c; with a single position the L2 norm over contexts,
     *     [removed][targets]
     * @param change the mean over contexts of the sum over positions of c' − c, [removed][targets]
     */
    record Effects(double[][] strength, double[][] change) {
        static Effects none(int removed, int targets) {
            return new Effects(new double[removed][targets], new double[removed][targets]);
        }
    }

    /**
     * Removes each latent alone and measures the change of codes.
     *
     * @param from the dictionary of the removed latents
     * @param removed the latents
     * @param to the dictionaries whose codes are read
     * @param targets the latents to read, per dictionary in {@code to}
     * @return the effects, per dictionary in {@code to}
     */
    List<Effects> remove(int from, List<Integer> removed, List<Integer> to, List<List<Integer>> targets) {
        List<Effects> effects = new ArrayList<>();
        for (List<Integer> each : targets) {
            effects.add(Effects.none(removed.size(), each.size()));
        }
        int copies = Math.max(1, ForwardBatches.withoutLogits(length) / contexts.size());
        for (int first = 0; first < removed.size(); first += copies) {
            List<Integer> chunk = removed.subList(first, Math.min(removed.size(), first + copies));
            remove(from, chunk, to, targets, effects, first);
        }
        return effects;
    }

    private void remove(
            int from,
            List<Integer> removed,
            List<Integer> to,
            List<List<Integer>> targets,
            List<Effects> effects,
            int first) {
        AttachedDictionary source = dictionaries.get(from);
        List<AttachedDictionary> read = to.stream().map(dictionaries::get).toList();
        try (NDManager manager = TorchEngine.newManager(model.device());
                Scope scope = Scope.open();
                Autograd off = Autograd.off();
                HookScope edit = new Splice(source.sites())
                        .subtract(model.hooks(), parts(manager, source, removed))
                        .open();
                ActivationCache cache = model.cache(tokens(manager, removed.size()), reads(read))) {
            for (int i = 0; i < to.size(); i++) {
                CodeEntries after = new CodeEntries(
                        encode(read.get(i), cache, removed.size()).codes());
                measure(clean.get(to.get(i)), after, targets.get(i), effects.get(i), first, removed.size());
            }
        }
    }

    /** Returns the removed contributions of each copy, [removed · contexts · length, d_out]. */
    private NDArray parts(NDManager manager, AttachedDictionary source, List<Integer> removed) {
        try (Scope scope = Scope.open();
                ActivationCache cache =
                        model.cache(tokens(manager, 1), source.sites().all())) {
            Coded coded = encode(source, cache, 1);
            FeatureContributions contributions = new FeatureContributions(source);
            NDList parts = new NDList();
            NDArray counted = counted(manager);
            for (int latent : removed) {
                long[] same = new long[rows()];
                Arrays.fill(same, latent);
                NDArray part = contributions.contributions(coded, manager.create(same));
                parts.add(position == EVERYWHERE ? part : part.mul(counted));
            }
            return scope.keep(NDArrays.concat(parts, 0));
        }
    }

    private NDArray counted(NDManager manager) {
        float[] ones = new float[rows()];
        IntStream.range(0, ones.length).filter(this::counts).forEach(row -> ones[row] = 1);
        return manager.create(ones, new Shape(ones.length, 1));
    }

    private void measure(
            CodeEntries before, CodeEntries after, List<Integer> targets, Effects effects, int first, int copies) {
        int[] column = new int[targets.stream().mapToInt(latent -> latent).max().orElse(-1) + 1];
        Arrays.fill(column, -1);
        for (int j = 0; j < targets.size(); j++) {
            column[targets.get(j)] = j;
        }
        for (int copy = 0; copy < copies; copy++) {
            double[] strength = effects.strength()[first + copy];
            double[] change = effects.change()[first + copy];
            double[] atPosition = new double[targets.size()];
            for (int context = 0; context < contexts.size(); context++) {
                double[] squares = new double[targets.size()];
                for (int row = context * length; row < (context + 1) * length; row++) {
                    if (counts(row)) {
                        double[] difference = new double[targets.size()];
                        before.row(row, (latent, code) -> add(difference, column, latent, -code));
                        after.row(copy * rows() + row, (latent, code) -> add(difference, column, latent, code));
                        for (int j = 0; j < difference.length; j++) {
                            squares[j] += difference[j] * difference[j];
                            change[j] += difference[j] / contexts.size();
                        }
                    }
                }
                for (int j = 0; j < squares.length; j++) {
                    strength[j] += Math.sqrt(squares[j]) / contexts.size();
                    atPosition[j] += squares[j];
                }
            }
            if (position != EVERYWHERE) {
                Arrays.setAll(strength, j -> Math.sqrt(atPosition[j]));
            }
        }
    }

    private static void add(double[] sums, int[] column, int latent, double value) {
        if (latent < column.length && column[latent] >= 0) {
            sums[column[latent]] += value;
        }
    }
}
