package dev.assay.train.internal.sharded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The order in which partial sums of slices are added: a balanced binary tree over all slices, whose shape depends on the number of slices
 * alone. A worker adds the sums of its own slices before it sends them, and the total has the same bits for any number of workers.
 */
final class SumTree {
    private final int slices;

    SumTree(int slices) {
        this.slices = slices;
    }

    /**
     * A subtree.
     *
     * @param from its first slice
     * @param to the slice after its last
     */
    record Node(int from, int to) {
        boolean isLeaf() {
            return to - from == 1;
        }

        Node left() {
            return new Node(from, (from + to) >>> 1);
        }

        Node right() {
            return new Node((from + to) >>> 1, to);
        }
    }

    Node root() {
        return new Node(0, slices);
    }

    /** Returns the largest subtrees that together have the slices of a range, in order. */
    List<Node> cover(int from, int to) {
        List<Node> nodes = new ArrayList<>();
        cover(root(), from, to, nodes);
        return nodes;
    }

    private static void cover(Node node, int from, int to, List<Node> nodes) {
        if (node.from() >= to || node.to() <= from) {
            return;
        }
        if (node.from() >= from && node.to() <= to) {
            nodes.add(node);
            return;
        }
        cover(node.left(), from, to, nodes);
        cover(node.right(), from, to, nodes);
    }

    /**
     * Returns the sum of a subtree.
     *
     * @param node the subtree
     * @param known the sums of subtrees that together have all its slices; unchanged
     */
    static float[] sum(Node node, Map<Node, float[]> known) {
        float[] sum = known.get(node);
        if (sum != null) {
            return sum;
        }
        float[] left = sum(node.left(), known);
        float[] right = sum(node.right(), known);
        float[] both = new float[left.length];
        for (int i = 0; i < both.length; i++) {
            both[i] = left[i] + right[i];
        }
        return both;
    }
}
