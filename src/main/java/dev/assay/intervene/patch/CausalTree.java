package dev.assay.intervene.patch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.io.Json;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The causes of a feature in earlier layers: the features whose removal changes it most, and recursively their causes.
 *
 * @param root the feature
 * @param contexts the number of contexts that effects were measured on
 */
public record CausalTree(Node root, int contexts) {
    /**
     * One feature of the tree.
     *
     * @param dictionary the index of its dictionary
     * @param site the site that the dictionary reads
     * @param latent the latent
     * @param effect of its removal on the parent: the mean over contexts of the L2 norm over positions of the change of the parent's code;
     *     0 for the root
     * @param share the effect relative to the norm of the parent's codes
     * @param change the mean over contexts of the summed change of the parent's code; negative if the latent excites the parent
     * @param candidates the number of latents whose removal was measured for the children of this node
     * @param active the number of latents that were active and could be candidates
     * @param children the strongest causes of this node, by descending effect
     */
    public record Node(
            int dictionary,
            String site,
            int latent,
            double effect,
            double share,
            double change,
            int candidates,
            int active,
            List<Node> children) {
        /** Copies the list. */
        public Node {
            children = List.copyOf(children);
        }
    }

    /**
     * Returns options: four causes per feature, all layers, at most 256 measured latents per feature and dictionary, and causes from the
     * dictionary of the layer directly before.
     *
     * @param dictionaries the dictionaries in the order of their layers, all attached to one model
     * @return the options
     */
    public static Options options(List<AttachedDictionary> dictionaries) {
        return new Options(dictionaries);
    }

    /**
     * Returns the tree as JSON.
     *
     * @return an object with nested children
     */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("contexts", contexts);
        json.set("root", Json.mapper().valueToTree(root));
        return json;
    }

    /** Options of a tree. */
    public static final class Options {
        private final List<AttachedDictionary> dictionaries;
        private int branches = 4;
        private int depth = Integer.MAX_VALUE;
        private int candidates = 256;
        private boolean allEarlier;

        private Options(List<AttachedDictionary> dictionaries) {
            this.dictionaries = List.copyOf(dictionaries);
        }

        /**
         * Sets the number of causes per feature.
         *
         * @param most at least 1
         * @return this
         */
        public Options branches(int most) {
            InvalidInputException.requireAtLeast(1, "the number of causes per feature", most);
            branches = most;
            return this;
        }

        /**
         * Limits the number of layers below the root.
         *
         * @param most at least 1
         * @return this
         */
        public Options depth(int most) {
            InvalidInputException.requireAtLeast(1, "the depth of the tree", most);
            depth = most;
            return this;
        }

        /**
         * Limits the latents per feature and dictionary whose removal is measured to those of the largest summed contribution norms.
         *
         * @param most at least 1
         * @return this
         */
        public Options candidates(int most) {
            InvalidInputException.requireAtLeast(1, "the number of candidates", most);
            candidates = most;
            return this;
        }

        /**
         * Searches causes in all earlier dictionaries, such as those of MLP and attention outputs.
         *
         * @return this
         */
        public Options fromAllEarlier() {
            allEarlier = true;
            return this;
        }

        /**
         * Grows the tree of a feature.
         *
         * @param dictionary the index of its dictionary
         * @param latent the latent
         * @param contexts token ids, all of one length, on which the feature is active
         * @return the tree
         * @throws InvalidInputException if the feature does not exist or is not active on the contexts, or the contexts are unusable
         */
        public CausalTree grow(int dictionary, int latent, List<int[]> contexts) {
            InvalidInputException.require(
                    dictionary >= 0 && dictionary < dictionaries.size(),
                    () -> "there is no dictionary " + dictionary + ", expected 0 to " + (dictionaries.size() - 1));
            dictionaries.get(dictionary).require(latent);
            LatentRemoval removal = new LatentRemoval(dictionaries, contexts, LatentRemoval.EVERYWHERE);
            InvalidInputException.require(
                    removal.norm(dictionary, latent) > 0,
                    () -> "latent " + latent + " of " + site(dictionary)
                            + " is not active on the contexts, expected contexts on which it is active");
            Cause root = new Cause(dictionary, latent, 0, 0);
            return new CausalTree(node(removal, root, 0, depth), contexts.size());
        }

        /** A latent with the effect of its removal on another one. */
        private record Cause(int dictionary, int latent, double effect, double change) {}

        private String site(int dictionary) {
            return dictionaries.get(dictionary).sites().reads().get(0).name();
        }

        private Node node(LatentRemoval removal, Cause cause, double parentNorm, int levels) {
            List<Node> children = new ArrayList<>();
            int measured = 0;
            int active = 0;
            if (levels > 0) {
                List<Cause> causes = new ArrayList<>();
                for (int earlier : earlier(removal, cause.dictionary())) {
                    List<Integer> all = byContribution(removal, earlier);
                    List<Integer> removed = all.subList(0, Math.min(all.size(), candidates));
                    active += all.size();
                    measured += removed.size();
                    causes.addAll(causes(removal, earlier, removed, cause));
                }
                causes.sort(Comparator.comparingDouble(Cause::effect).reversed());
                double norm = removal.norm(cause.dictionary(), cause.latent());
                causes.stream()
                        .filter(each -> each.effect() > 0)
                        .limit(branches)
                        .forEach(each -> children.add(node(removal, each, norm, levels - 1)));
            }
            return new Node(
                    cause.dictionary(),
                    site(cause.dictionary()),
                    cause.latent(),
                    cause.effect(),
                    parentNorm > 0 ? cause.effect() / parentNorm : 0,
                    cause.change(),
                    measured,
                    active,
                    children);
        }

        private List<Integer> earlier(LatentRemoval removal, int dictionary) {
            List<Integer> earlier = IntStream.range(0, dictionary)
                    .filter(other -> removal.reaches(other, dictionary) && !removal.reaches(dictionary, other))
                    .boxed()
                    .toList();
            return allEarlier || earlier.isEmpty() ? earlier : earlier.subList(earlier.size() - 1, earlier.size());
        }

        private List<Integer> byContribution(LatentRemoval removal, int dictionary) {
            double[] activity = removal.activity(dictionary);
            float[] norms;
            try (Scope scope = Scope.open()) {
                norms = Aten.rowNorms(dictionaries.get(dictionary).sae().directions())
                        .toFloatArray();
            }
            return IntStream.range(0, activity.length)
                    .filter(latent -> activity[latent] > 0)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer latent) -> -activity[latent] * norms[latent]))
                    .toList();
        }

        private static List<Cause> causes(LatentRemoval removal, int dictionary, List<Integer> removed, Cause target) {
            LatentRemoval.Effects effects = removal.remove(
                            dictionary, removed, List.of(target.dictionary()), List.of(List.of(target.latent())))
                    .get(0);
            return IntStream.range(0, removed.size())
                    .mapToObj(i ->
                            new Cause(dictionary, removed.get(i), effects.strength()[i][0], effects.change()[i][0]))
                    .toList();
        }
    }
}
