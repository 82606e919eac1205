package dev.assay.model.internal.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.internal.network.Parameters;
import dev.assay.model.spi.ModelFamily;
import dev.assay.model.spi.WeightLayout;
import dev.assay.model.spi.WeightRole;
import dev.assay.model.spi.WeightTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A tensor of a checkpoint, and the rows of a parameter that it stores.
 *
 * @param parameter the name in the model, see {@link Parameters}
 * @param firstRow the first of the rows
 * @param shape the shape of the rows in the model
 * @param name the name in the checkpoint
 * @param layout the order in the checkpoint
 */
public record StoredWeight(String parameter, long firstRow, Shape shape, String name, WeightLayout layout) {
    /** Returns the rows of the parameter, as a view. */
    public NDArray rowsOf(NDArray array) {
        return array.get(new NDIndex("{}:{}", firstRow, firstRow + shape.get(0)));
    }

    /** Returns the same tensor for another parameter of the same shape. */
    public StoredWeight as(String other) {
        return new StoredWeight(other, firstRow, shape, name, layout);
    }

    /** Returns the tensors that a family stores for a configuration: outside the blocks in the order of its table, then by block. */
    public static List<StoredWeight> of(ModelFamily family, TransformerConfig config) {
        List<StoredWeight> weights =
                new Resolver(config).resolve(family.weights(config).entries());
        Set<String> named = weights.stream().map(StoredWeight::parameter).collect(Collectors.toSet());
        for (String parameter : Parameters.shapes(config).keySet()) {
            if (!named.contains(parameter)) {
                throw new IllegalStateException("the weight table of model family " + family.modelType()
                        + " has no tensor name for parameter " + parameter + ", expected one");
            }
        }
        return weights;
    }

    /** Resolves the lines of a weight table against the parameters of a configuration. */
    private static final class Resolver {
        private final TransformerConfig config;
        private final Map<String, Shape> shapes;
        private final List<StoredWeight> weights = new ArrayList<>();

        Resolver(TransformerConfig config) {
            this.config = config;
            this.shapes = Parameters.shapes(config);
        }

        List<StoredWeight> resolve(List<WeightTable.Entry> entries) {
            int at = 0;
            while (at < entries.size()) {
                int end = at + 1;
                if (!entries.get(at).role().inBlock()) {
                    add(entries.get(at), -1);
                } else {
                    while (end < entries.size() && entries.get(end).role().inBlock()) {
                        end++;
                    }
                    List<WeightTable.Entry> ofBlock = entries.subList(at, end);
                    for (int i = 0; i < config.layers(); i++) {
                        int block = i;
                        ofBlock.forEach(entry -> add(entry, block));
                    }
                }
                at = end;
            }
            return List.copyOf(weights);
        }

        private void add(WeightTable.Entry entry, int block) {
            WeightRole role = entry.role();
            List<String> names = entry.names().stream()
                    .map(name -> name.replace(WeightTable.BLOCK, Integer.toString(block)))
                    .toList();
            add(role.weight(block), names, Parameters.WEIGHT, entry.layout());
            add(role.bias(block), names, Parameters.BIAS, entry.layout());
        }

        private void add(String parameter, List<String> names, String suffix, WeightLayout layout) {
            Shape whole = shapes.get(parameter);
            if (whole == null) {
                return;
            }
            if (names.size() == 1) {
                weights.add(new StoredWeight(parameter, 0, whole, names.get(0) + suffix, layout));
                return;
            }
            long q = (long) config.heads() * config.dHead();
            long k = (long) config.keyValueHeads() * config.dHead();
            long[] rows = {q, k, k};
            long first = 0;
            for (int i = 0; i < rows.length; i++) {
                Shape part = new Shape(rows[i]).addAll(whole.slice(1));
                weights.add(new StoredWeight(parameter, first, part, names.get(i) + suffix, layout));
                first += rows[i];
            }
        }
    }
}
