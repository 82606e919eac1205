package dev.assay.model.spi;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The tensor names of a checkpoint: one line per module of the transformer, with {@code {i}} in place of the block index.
 *
 * <pre>{@code
 * new WeightTable()
 *         .layer(WeightRole.EMBED, "model.embed_tokens")
 *         .layer(WeightRole.LN1, "model.layers.{i}.input_layernorm")
 *         .queriesKeysValues("model.layers.{i}.self_attn.q_proj", …)
 *         …
 *         .layer(WeightRole.UNEMBED, "lm_head");
 * }</pre>
 *
 * <p>Each module has a tensor {@code NAME.weight}, and {@code NAME.bias} where the configuration has a bias. Modules that a
 * configuration lacks, such as the unembedding of a tied model, are ignored.
 */
public final class WeightTable {
    /** The placeholder of the block index in a name. */
    public static final String BLOCK = "{i}";

    private final List<Entry> entries = new ArrayList<>();

    /**
     * One line of the table.
     *
     * @param role the module of the transformer
     * @param names the name in the checkpoint; three names where queries, keys and values are stored separately
     * @param layout the order of the numbers in the checkpoint
     */
    public record Entry(WeightRole role, List<String> names, WeightLayout layout) {
        /** Copies the list, and checks that names in blocks have a block index. */
        public Entry {
            names = List.copyOf(names);
            for (String name : names) {
                if (name.contains(BLOCK) != role.inBlock()) {
                    throw new IllegalArgumentException("the name of " + role + " is \"" + name + "\", expected "
                            + (role.inBlock() ? "" : "no ") + BLOCK + " in it");
                }
            }
        }
    }

    /** Creates an empty table. */
    public WeightTable() {}

    /**
     * Adds a module whose weights are stored in the order of the model.
     *
     * @return this
     */
    public WeightTable layer(WeightRole role, String name) {
        return layer(role, name, WeightLayout.PLAIN);
    }

    /**
     * Adds a module whose weights are stored in another order.
     *
     * @return this
     */
    public WeightTable layer(WeightRole role, String name, WeightLayout layout) {
        entries.add(new Entry(role, List.of(name), layout));
        return this;
    }

    /**
     * Adds the queries, keys and values of checkpoints that store them as separate modules.
     *
     * @return this
     */
    public WeightTable queriesKeysValues(String queries, String keys, String values) {
        return queriesKeysValues(queries, keys, values, WeightLayout.PLAIN);
    }

    /**
     * Adds the queries, keys and values of checkpoints that store them as separate modules in another order.
     *
     * @param layout the order of the numbers in each of the three modules
     * @return this
     */
    public WeightTable queriesKeysValues(String queries, String keys, String values, WeightLayout layout) {
        entries.add(new Entry(WeightRole.QKV, List.of(queries, keys, values), layout));
        return this;
    }

    /** {@return the lines of the table, in the order in which they were added} */
    public List<Entry> entries() {
        return Collections.unmodifiableList(entries);
    }
}
