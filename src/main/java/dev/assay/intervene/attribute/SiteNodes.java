package dev.assay.intervene.attribute;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.intervene.CodeEntries;
import dev.assay.intervene.DictionarySite;
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
 * An activation less its patch, taken apart: at each position
 *
 * <pre>{@code
 * x − x_patch = Σⱼ δⱼ·dⱼ + ε       δⱼ = s·cⱼ − s_patch·cⱼ_patch
 * }</pre>
 *
 * with s what undoing the normalisation multiplies by, and the error ε all that the features do not account for. Features and error
 * are treated alike, as SparseAct of feature-circuits does (Marks et al., arXiv 2403.19647).
 */
final class SiteNodes {
    private final DictionarySite site;
    private final List<Node> nodes;
    private final NDArray difference; // [position, d]
    private final NDArray directions; // [latents here, d]
    private final int[] rows; // of each node in directions

    /** One latent at one position: its codes, and how far the patch is along its direction. */
    record Node(int position, int latent, double clean, double patch, double delta) {}

    private SiteNodes(DictionarySite site, List<Node> nodes, NDArray difference, NDManager manager) {
        this.site = site;
        this.nodes = nodes;
        this.difference = difference;
        List<Integer> latents =
                nodes.stream().map(Node::latent).distinct().sorted().toList();
        this.directions = site.directions(manager, latents);
        this.rows = nodes.stream()
                .mapToInt(node -> Collections.binarySearch(latents, node.latent()))
                .toArray();
    }

    /**
     * Takes an activation apart against zero ablation: codes and error become 0, so that the patch is what the dictionary decodes of
     * no code.
     *
     * @param site the dictionary
     * @param x [position, d]
     * @param read the positions whose token the dictionary is for; at the others nothing is patched
     */
    static SiteNodes againstZero(DictionarySite site, NDArray x, boolean[] read) {
        SparseCodes codes = site.sae().encode(x);
        SparseCodes none = codes.withValues(codes.values().zerosLike());
        return of(site, x, codes, site.sae().decode(none, x), none, read);
    }

    /** Takes an activation apart against that of another text of the same length. */
    static SiteNodes againstText(DictionarySite site, NDArray x, NDArray patch, boolean[] read) {
        return of(site, x, site.sae().encode(x), patch, site.sae().encode(patch), read);
    }

    private static SiteNodes of(
            DictionarySite site, NDArray x, SparseCodes codes, NDArray patch, SparseCodes patchCodes, boolean[] read) {
        float[] scales = scales(site, x);
        float[] patchScales = scales(site, patch);
        CodeEntries clean = new CodeEntries(codes);
        CodeEntries patched = new CodeEntries(patchCodes);
        List<Node> nodes = new ArrayList<>();
        for (int position = 0; position < read.length; position++) {
            if (!read[position]) {
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
        NDManager manager = x.getManager();
        NDArray kept = manager.create(ones(read), new Shape(read.length, 1));
        return new SiteNodes(site, nodes, x.sub(patch).mul(kept), manager);
    }

    private static float[] scales(DictionarySite site, NDArray x) {
        NDArray scale = site.scale(x);
        if (scale != null) {
            return scale.toFloatArray();
        }
        float[] ones = new float[(int) x.getShape().get(0)];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static float[] ones(boolean[] truths) {
        float[] ones = new float[truths.length];
        for (int i = 0; i < ones.length; i++) {
            ones[i] = truths[i] ? 1 : 0;
        }
        return ones;
    }

    HookPoint point() {
        return site.point();
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
