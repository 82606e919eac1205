package dev.assay.toy;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * Features that form trees: a child fires only if its parent fires, then with a given probability. At most one member of an exclusive
 * group of siblings fires.
 *
 * @param nodes parents before their children, [G]
 */
public record TreeFiring(List<Node> nodes) implements Firing {
    /** The parent of a root. */
    public static final int ROOT = -1;

    /** The group of a node that is not exclusive with its siblings. */
    public static final String NO_GROUP = "";

    /** The sizes of a family and the number of its exclusive children in {@link #families}. */
    private static final int FAMILY = 8;

    /** Nodes of a family: index of the parent within the family, probability given the parent, whether the node is exclusive. */
    private static final double[][] SHAPE = {
        {-1, 1, 0}, {0, 0.3, 1}, {0, 0.3, 1}, {0, 0.3, 1}, {0, 0.4, 0}, {1, 0.4, 0}, {1, 0.4, 0}, {2, 0.4, 0}
    };

    /**
     * A feature of a tree.
     *
     * @param parent the index of its parent, or {@link #ROOT}
     * @param probability of firing given that the parent fires; of a root, of firing
     * @param group the name of its exclusive group, or {@link #NO_GROUP}; members have the same parent
     */
    public record Node(int parent, double probability, String group) {}

    /** Checks the tree and copies the list. */
    public TreeFiring {
        nodes = List.copyOf(nodes);
        Map<String, Integer> parents = new HashMap<>();
        Map<String, Double> sums = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (node.parent < ROOT || node.parent >= i) {
                throw new InvalidInputException(
                        "the parent of feature " + i + " is " + node.parent + ", expected -1 to " + (i - 1));
            }
            if (!(node.probability >= 0 && node.probability <= 1)) {
                throw new InvalidInputException(
                        "the probability of feature " + i + " is " + node.probability + ", expected 0 to 1");
            }
            if (!node.group.isEmpty()) {
                Integer first = parents.putIfAbsent(node.group, node.parent);
                InvalidInputException.require(
                        first == null || first == node.parent,
                        "the exclusive group \"" + node.group + "\" has children of two parents, expected one parent");
                double sum = sums.merge(node.group, node.probability, Double::sum);
                InvalidInputException.require(
                        sum <= 1 + 1e-9,
                        "the probabilities of the exclusive group \"" + node.group + "\" sum to " + sum
                                + ", expected at most 1");
            }
        }
    }

    /**
     * Creates equal families of eight features: a root, three exclusive children with probability 0.3 each, one further child with
     * probability 0.4, and three grandchildren with probability 0.4. Family r fires with probability ∝ decay^(8r). The last family has
     * fewer members if the number of features is not a multiple of eight.
     *
     * @param features G, at least 1
     * @param active the mean number of active features
     * @param decay of consecutive features, above 0 and at most 1
     * @return the tree
     * @throws InvalidInputException if a number is out of range
     */
    public static TreeFiring families(int features, double active, double decay) {
        double[] weights = IndependentFiring.powers(features, decay);
        double mean = meanActive(familyNodes(weights, 1));
        IndependentFiring.requireActive(active, mean);
        return new TreeFiring(familyNodes(weights, active / mean));
    }

    private static double meanActive(List<Node> nodes) {
        return new TreeFiring(nodes).meanActive();
    }

    private static List<Node> familyNodes(double[] weights, double scale) {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            int first = i - i % FAMILY;
            double[] shape = SHAPE[i % FAMILY];
            nodes.add(
                    i == first
                            ? new Node(ROOT, scale * weights[i], NO_GROUP)
                            : new Node(first + (int) shape[0], shape[1], shape[2] > 0 ? "family " + first : NO_GROUP));
        }
        return nodes;
    }

    @Override
    public double[] probabilities() {
        double[] p = new double[nodes.size()];
        for (int i = 0; i < p.length; i++) {
            Node node = nodes.get(i);
            p[i] = node.probability * (node.parent == ROOT ? 1 : p[node.parent]);
        }
        return p;
    }

    /**
     * Returns joint probabilities: that of the nearest common ancestor times the conditional probabilities along both branches, or 0 if the
     * branches begin with members of an exclusive group.
     *
     * @return [G][G]
     */
    @Override
    public double[][] joint() {
        double[] p = probabilities();
        double[][] joint = new double[p.length][p.length];
        for (int i = 0; i < p.length; i++) {
            List<Integer> first = path(i);
            for (int j = 0; j <= i; j++) {
                joint[i][j] = both(p, first, path(j));
                joint[j][i] = joint[i][j];
            }
        }
        return joint;
    }

    /** Returns the ancestors of a node from its root, with the node. */
    private List<Integer> path(int node) {
        List<Integer> path = new ArrayList<>();
        for (int at = node; at != ROOT; at = nodes.get(at).parent) {
            path.add(at);
        }
        Collections.reverse(path);
        return path;
    }

    private double both(double[] p, List<Integer> a, List<Integer> b) {
        int common = 0;
        while (common < a.size() && common < b.size() && a.get(common).equals(b.get(common))) {
            common++;
        }
        if (common < a.size() && common < b.size()) {
            String group = nodes.get(a.get(common)).group;
            if (!group.isEmpty() && group.equals(nodes.get(b.get(common)).group)) {
                return 0;
            }
        }
        double product = common == 0 ? 1 : p[a.get(common - 1)];
        for (int node : a.subList(common, a.size())) {
            product *= nodes.get(node).probability;
        }
        for (int node : b.subList(common, b.size())) {
            product *= nodes.get(node).probability;
        }
        return product;
    }

    @Override
    public void sample(SplittableRandom random, IntConsumer fired) {
        boolean[] active = new boolean[nodes.size()];
        Map<String, Double> remaining = new HashMap<>();
        for (int i = 0; i < active.length; i++) {
            Node node = nodes.get(i);
            if (node.parent != ROOT && !active[node.parent]) {
                continue;
            }
            // Members of a group share one uniform number and fire in consecutive intervals of it.
            double u = node.group.isEmpty()
                    ? random.nextDouble()
                    : remaining.computeIfAbsent(node.group, group -> random.nextDouble());
            active[i] = u >= 0 && u < node.probability;
            if (!node.group.isEmpty()) {
                remaining.put(node.group, u - node.probability);
            }
            if (active[i]) {
                fired.accept(i);
            }
        }
    }
}
