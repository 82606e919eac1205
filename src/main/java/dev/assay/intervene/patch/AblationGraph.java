package dev.assay.intervene.patch;

import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The effect of removing each latent of each dictionary on the latents of the dictionaries of the same and later layers:
 *
 * <pre>
 * x' = x − s · c_i d_i
 * effect = mean over contexts of ‖c'_j − c_j‖, the norm over positions
 * </pre>
 *
 * <p>A dictionary that reads a site before the removed latent's has no effects. The effect of a latent on itself is 0. Within a layer other
 * latents change too, since their encoders read the removed direction.
 */
public final class AblationGraph {
    private final List<List<Integer>> latents;
    private final double[][][][] effects; // [from][latent][to][latent]

    private AblationGraph(List<List<Integer>> latents, double[][][][] effects) {
        this.latents = latents;
        this.effects = effects;
    }

    /**
     * Returns options: all latents of all dictionaries, removed and read at all positions.
     *
     * @param dictionaries the dictionaries, all attached to one model
     * @return the options
     */
    public static Options options(List<AttachedDictionary> dictionaries) {
        return new Options(dictionaries);
    }

    /** {@return the latents of each dictionary that were removed and read} */
    public List<List<Integer>> latents() {
        return latents;
    }

    /**
     * Returns one effect.
     *
     * @param from the index of the dictionary of the removed latent
     * @param removed the index of the latent in {@link #latents()}
     * @param to the index of the dictionary of the changed latent
     * @param changed the index of the latent in {@link #latents()}
     * @return the effect, in units of the code of the changed latent
     */
    public double effect(int from, int removed, int to, int changed) {
        return effects[from][removed][to][changed];
    }

    /** Options of a graph. */
    public static final class Options {
        private final List<AttachedDictionary> dictionaries;
        private List<List<Integer>> latents;
        private int position = LatentRemoval.EVERYWHERE;

        private Options(List<AttachedDictionary> dictionaries) {
            this.dictionaries = List.copyOf(dictionaries);
            this.latents = dictionaries.stream()
                    .map(each -> IntStream.range(0, each.sae().dSae()).boxed().toList())
                    .toList();
        }

        /**
         * Limits the graph to some latents.
         *
         * @param chosen the latents of each dictionary
         * @return this
         * @throws InvalidInputException if the number of lists differs from the number of dictionaries, or a latent is out of range
         */
        public Options latents(List<List<Integer>> chosen) {
            InvalidInputException.require(
                    chosen.size() == dictionaries.size(),
                    () -> "there are latents of " + chosen.size() + " dictionaries, expected " + dictionaries.size());
            for (int i = 0; i < chosen.size(); i++) {
                chosen.get(i).forEach(dictionaries.get(i)::require);
            }
            latents = chosen.stream().map(List::copyOf).toList();
            return this;
        }

        /**
         * Removes and reads latents at one position only. The effect is then the L2 norm over contexts, as in the published graph.
         *
         * @param only the position, from 0
         * @return this
         */
        public Options position(int only) {
            InvalidInputException.requireAtLeast(0, "the position", only);
            position = only;
            return this;
        }

        /**
         * Computes the graph.
         *
         * @param contexts token ids, all of one length
         * @return the graph
         * @throws InvalidInputException if there are no contexts, their lengths differ, or the dictionaries belong to several models
         */
        public AblationGraph run(List<int[]> contexts) {
            LatentRemoval removal = new LatentRemoval(dictionaries, contexts, position);
            int count = dictionaries.size();
            double[][][][] effects = new double[count][][][];
            for (int from = 0; from < count; from++) {
                List<Integer> removed = latents.get(from);
                List<Integer> to = new ArrayList<>();
                for (int other = 0; other < count; other++) {
                    if (removal.reaches(from, other)) {
                        to.add(other);
                    }
                }
                List<LatentRemoval.Effects> found = removal.remove(
                        from, removed, to, to.stream().map(latents::get).toList());
                effects[from] = new double[removed.size()][count][];
                for (int i = 0; i < removed.size(); i++) {
                    for (int other = 0; other < count; other++) {
                        int at = to.indexOf(other);
                        effects[from][i][other] = at < 0
                                ? new double[latents.get(other).size()]
                                : found.get(at).strength()[i];
                    }
                    effects[from][i][from][i] = 0;
                }
            }
            return new AblationGraph(latents, effects);
        }
    }
}
