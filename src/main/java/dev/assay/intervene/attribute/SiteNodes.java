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
 * The decomposition of a written activation less its patch: at each position
 *
 * <pre>{@code
 * y − y_patch = Σⱼ δⱼ·dⱼ + ε       δⱼ = s·cⱼ − s_patch·cⱼ_patch
 * }</pre>
 *
 * with s what undoing the normalisation multiplies by, and the error ε all that the features do not account for. Features and error
 * are treated alike, as SparseAct of feature-circuits does (Marks et al., arXiv 2403.19647).
 */
final class SiteNodes {
    private final AttachedDictionary attached;
    private final List<Node> nodes;
    private final NDArray difference; // [position, d]
    private final NDArray directions; // [latents here, d]
    private final int[] rows; // of each node in directions

    /** One latent at one position: its codes, and how far the patch is along its direction. */
    record Node(int position, int latent, double clean, double patch, double delta) {}

    private SiteNodes(AttachedDictionary attached, List<Node> nodes, NDArray difference, NDManager manager) {
        this.attached = attached;
        this.nodes = nodes;
        this.difference = difference;
        List<Integer> latents =
                nodes.stream().map(Node::latent).distinct().sorted().toList();
        this.directions = attached.directions(manager, latents);
        this.rows = nodes.stream()
                .mapToInt(node -> Collections.binarySearch(latents, node.latent()))
                .toArray();
    }

    /**
     * The activations of one text at the sites of a dictionary.
     *
     * @param read the activations that are encoded, [position, d_in]
     * @param written the activations that are written, [position, d_out]; those that are read, unless the dictionary is a transcoder
     */
    record Activations(NDArray read, NDArray written) {
        static Activations of(AttachedDictionary attached, ActivationCache cache) {
            return new Activations(
                    attached.sites().input(cache), attached.sites().target(cache));
        }
    }

    /**
     * Decomposes an activation against zero ablation: codes and error become 0, so that the patch is the decoded reconstruction of no
     * code.
     *
     * @param attached the dictionary
     * @param x the text's activations
     * @param included the positions whose token the dictionary is for; at the others nothing is patched
     */
    static SiteNodes againstZero(AttachedDictionary attached, Activations x, boolean[] included) {
        SparseCodes codes = attached.sae().encode(x.read());
        SparseCodes none = codes.withValues(codes.values().zerosLike());
        Activations patch = new Activations(x.read(), attached.sae().decode(none, x.read()));
        return of(attached, x, codes, patch, none, included);
    }

    /** Decomposes an activation against that of another text of the same length. */
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
            TreeMap<Integer, double[]> both = new TreeMap<>();
            clean.row(position, (latent, code) -> both.computeIfAbsent(latent, unknown -> new double[2])[0] = code);
            patched.row(position, (latent, code) -> both.computeIfAbsent(latent, unknown -> new double[2])[1] = code);
            for (var entry : both.entrySet()) {
                double[] pair = entry.getValue();
                double delta = scales[position] * pair[0] - patchScales[position] * pair[1];
                nodes.add(new Node(position, entry.getKey(), pair[0], pair[1], delta));
            }
        }
        NDManager manager = x.written().getManager();
        NDArray kept = TokenMask.floats(manager, included);
        return new SiteNodes(attached, nodes, x.written().sub(patch.written()).mul(kept), manager);
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

    /** Returns x − x_patch, [position, d]. */
    NDArray difference() {
        return difference;
    }

    /**
     * Returns the effect of each node and of the error at each position: (clean − patch) · gradient.
     *
     * @param gradient [position, d], of the metric with respect to x
     * @param clean the metric of the text
     * @param replaced the metric with the whole site replaced by its patch
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
     * Returns what sets nodes to their patch, {@code −Σ δ·d}.
     *
     * @param chosen for each copy, which of the nodes; in their order
     * @return [copies, position · d]
     */
    NDArray shifts(List<List<Integer>> chosen) {
        int positions = (int) difference.getShape().get(0);
        List<Node> moved = new ArrayList<>();
        List<Integer> table = new ArrayList<>();
        for (int copy = 0; copy < chosen.size(); copy++) {
            for (int i : chosen.get(copy)) {
                Node node = nodes.get(i);
                int bag = copy * positions + node.position();
                moved.add(new Node(bag, node.latent(), node.clean(), node.patch(), -node.delta()));
                table.add(rows[i]);
            }
        }
        NDManager manager = difference.getManager();
        if (moved.isEmpty()) {
            return manager.zeros(new Shape(chosen.size(), difference.size()));
        }
        try (Scope scope = Scope.open()) {
            int[] places = table.stream().mapToInt(Integer::intValue).toArray();
            Entries entries = entries(manager, moved, places, (long) chosen.size() * positions);
            return scope.keep(entries.sum(directions).reshape(chosen.size(), difference.size()));
        }
    }

    /** Nodes as a sparse matrix of a row each position, to be multiplied with the directions. */
    private record Entries(NDArray indices, NDArray offsets, NDArray deltas) {
        NDArray sum(NDArray directions) {
            return Aten.embeddingBag(directions, indices, offsets, deltas);
        }
    }

    /** Makes a matrix of nodes that stand in the order of their positions. */
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
