package dev.assay.intervene.attribute;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.CodeEntries;
import dev.assay.attach.TokenMask;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/**
 * Decomposition of the difference between a written activation and its patch into feature terms and an error term, at each position:
 *
 * <pre>{@code
 * y − y_patch = Σⱼ δⱼ·dⱼ + ε       δⱼ = s·cⱼ − s_patch·cⱼ_patch
 * }</pre>
 *
 * where s is the factor that undoes the input normalisation and ε is the error term, the remainder that the features do not explain. The
 * error is a node like the features, as in {@code SparseAct} of feature-circuits (Marks et al., arXiv 2403.19647).
 */
final class SiteNodes {
    private final AttachedDictionary attached;
    private final List<Node> nodes;
    // With all columns of the site, 0 at other heads than the dictionary's.
    private final NDArray difference; // [position, d]
    private final NDArray directions; // [active latents, d]
    private final int[] rows; // [node], the node's row in directions

    /** A latent at a position: its clean and patch codes, and δ, the coefficient of its direction in y − y_patch. */
    record Node(int position, int latent, double clean, double patch, double delta) {}

    private SiteNodes(AttachedDictionary attached, List<Node> nodes, NDArray difference, NDManager manager) {
        this.attached = attached;
        this.nodes = nodes;
        this.difference = attached.sites().widened(difference);
        List<Integer> latents =
                nodes.stream().map(Node::latent).distinct().sorted().toList();
        this.directions = attached.sites().widened(attached.directions(manager, latents));
        this.rows = nodes.stream()
                .mapToInt(node -> Collections.binarySearch(latents, node.latent()))
                .toArray();
    }

    /**
     * The activations of one text at the sites of a dictionary.
     *
     * @param read activations at the read site, [position, d_in]
     * @param written activations at the written site, [position, d_out]; the same as {@code read} unless the dictionary is a transcoder
     */
    record Activations(NDArray read, NDArray written) {
        static Activations of(AttachedDictionary attached, ActivationCache cache) {
            return new Activations(
                    attached.sites().input(cache), attached.sites().target(cache));
        }
    }

    /**
     * Decomposes an activation against zero ablation, which sets codes and error to 0. The patch is the decoded zero code.
     *
     * @param attached the dictionary
     * @param x the activations of the text
     * @param included [position], whether to patch the position; false for special tokens excluded from the dictionary's training
     */
    static SiteNodes againstZero(AttachedDictionary attached, Activations x, boolean[] included) {
        SparseCodes codes = attached.sae().encode(x.read());
        SparseCodes none = codes.withValues(codes.values().zerosLike());
        Activations patch = new Activations(x.read(), attached.sae().decode(none, x.read()));
        return of(attached, x, codes, patch, none, included);
    }

    /** Decomposes an activation against the activation of another text of the same length. */
    static SiteNodes againstText(AttachedDictionary attached, Activations x, Activations patch, boolean[] included) {
        return of(
                attached,
                x,
                attached.sae().encode(x.read()),
                patch,
                attached.sae().encode(patch.read()),
                included);
    }

    private static SiteNodes of(
            AttachedDictionary attached,
            Activations x,
            SparseCodes codes,
            Activations patch,
            SparseCodes patchCodes,
            boolean[] included) {
        float[] scales = scales(attached, x.read());
        float[] patchScales = scales(attached, patch.read());
        CodeEntries clean = new CodeEntries(codes);
        CodeEntries patched = new CodeEntries(patchCodes);
        List<Node> nodes = new ArrayList<>();
        for (int position = 0; position < included.length; position++) {
            if (!included[position]) {
                continue;
            }
            TreeMap<Integer, double[]> codePairs = new TreeMap<>();
            clean.row(position, (latent, code) -> codePairs.computeIfAbsent(latent, key -> new double[2])[0] = code);
            patched.row(position, (latent, code) -> codePairs.computeIfAbsent(latent, key -> new double[2])[1] = code);
            for (var entry : codePairs.entrySet()) {
                double[] pair = entry.getValue();
                double delta = scales[position] * pair[0] - patchScales[position] * pair[1];
                nodes.add(new Node(position, entry.getKey(), pair[0], pair[1], delta));
            }
        }
        NDManager manager = x.written().getManager();
        NDArray mask = TokenMask.floats(manager, included);
        return new SiteNodes(attached, nodes, x.written().sub(patch.written()).mul(mask), manager);
    }

    private static float[] scales(AttachedDictionary attached, NDArray x) {
        NDArray scale = attached.scale(x);
        if (scale != null) {
            return scale.toFloatArray();
        }
        float[] ones = new float[(int) x.getShape().get(0)];
        Arrays.fill(ones, 1);
        return ones;
    }

    HookPoint point() {
        return attached.sites().written();
    }

    List<Node> nodes() {
        return nodes;
    }

    /** Returns y − y_patch, [position, d]. */
    NDArray difference() {
        return difference;
    }

    /**
     * Returns the effect of each node and of the error term at each position: (clean − patch) · gradient.
     *
     * @param gradient [position, d], the gradient of the metric with respect to y
     * @param clean the metric of the unpatched text
     * @param replaced the metric with the whole site patched
     */
    SiteAttribution effects(NDArray gradient, double clean, double replaced) {
        try (Scope scope = Scope.open()) {
            Entries all = entries(
                    gradient.getManager(), nodes, rows, difference.getShape().get(0));
            NDArray bags = gradient.getManager()
                    .create(nodes.stream().mapToLong(Node::position).toArray());
            float[] slopes = nodes.isEmpty()
                    ? new float[0]
                    : Aten.embeddingBagWeightsGradient(gradient, directions, all.indices(), all.offsets(), bags)
                            .toFloatArray(); // d · gradient
            List<NodeEffect> effects = new ArrayList<>();
            for (int i = 0; i < slopes.length; i++) {
                Node node = nodes.get(i);
                effects.add(new NodeEffect(
                        point(), node.position(), node.latent(), node.clean(), node.patch(), node.delta() * slopes[i]));
            }
            NDArray error = nodes.isEmpty() ? difference : difference.sub(all.sum(directions)); // ε
            float[] errors = error.mul(gradient).sum(new int[] {1}).toFloatArray();
            List<Double> errorEffects = new ArrayList<>();
            for (float effect : errors) {
                errorEffects.add((double) effect);
            }
            return new SiteAttribution(point(), effects, errorEffects, clean - replaced);
        }
    }

    /**
     * Returns the shift of the activation that sets nodes to their patch value: {@code −Σ δ·d}.
     *
     * @param chosen for each copy, the ascending indices of the patched nodes
     * @return [copies, position · d]
     */
    NDArray shifts(List<List<Integer>> chosen) {
        int positions = (int) difference.getShape().get(0);
        List<Node> shifted = new ArrayList<>();
        List<Integer> table = new ArrayList<>();
        for (int copy = 0; copy < chosen.size(); copy++) {
            for (int i : chosen.get(copy)) {
                Node node = nodes.get(i);
                int bag = copy * positions + node.position();
                shifted.add(new Node(bag, node.latent(), node.clean(), node.patch(), -node.delta()));
                table.add(rows[i]);
            }
        }
        NDManager manager = difference.getManager();
        if (shifted.isEmpty()) {
            return manager.zeros(new Shape(chosen.size(), difference.size()));
        }
        try (Scope scope = Scope.open()) {
            int[] directionRows = table.stream().mapToInt(Integer::intValue).toArray();
            Entries entries = entries(manager, shifted, directionRows, (long) chosen.size() * positions);
            return scope.keep(entries.sum(directions).reshape(chosen.size(), difference.size()));
        }
    }

    /** Nodes as a sparse matrix [positions, latents] in embedding-bag form, to multiply with the directions. */
    private record Entries(NDArray indices, NDArray offsets, NDArray deltas) {
        NDArray sum(NDArray directions) {
            return Aten.embeddingBag(directions, indices, offsets, deltas);
        }
    }

    /** Creates the matrix of nodes, which must be sorted by position. */
    private static Entries entries(NDManager manager, List<Node> nodes, int[] rows, long positions) {
        long[] offsets = new long[(int) positions];
        float[] deltas = new float[nodes.size()];
        int next = 0;
        for (int position = 0; position < positions; position++) {
            offsets[position] = next;
            while (next < nodes.size() && nodes.get(next).position() == position) {
                deltas[next] = (float) nodes.get(next).delta();
                next++;
            }
        }
        return new Entries(
                manager.create(Arrays.stream(rows).asLongStream().toArray()),
                manager.create(offsets),
                manager.create(deltas));
    }
}
