package dev.assay.model.internal.family;

import ai.djl.ndarray.types.Shape;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.internal.network.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Collects where the parameters of a model lie in a checkpoint. Biases come along where the model has them. */
final class WeightTable {
    private final TransformerConfig config;
    private final Map<String, Shape> shapes;
    private final List<StoredWeight> weights = new ArrayList<>();

    WeightTable(TransformerConfig config) {
        this.config = config;
        this.shapes = Parameters.shapes(config);
    }

    /** Places a parameter that has no bias beside it, if the model has it. */
    WeightTable single(String parameter, String name) {
        return rows(parameter, 0, -1, name, Layout.PLAIN);
    }

    /** Places weight and bias of a layer, if the model has it. */
    WeightTable layer(String layer, String name) {
        return layer(layer, name, Layout.PLAIN, Layout.PLAIN);
    }

    WeightTable layer(String layer, String name, Layout ofWeight, Layout ofBias) {
        rows(layer + Parameters.WEIGHT, 0, -1, name + Parameters.WEIGHT, ofWeight);
        return rows(layer + Parameters.BIAS, 0, -1, name + Parameters.BIAS, ofBias);
    }

    /** Places queries, keys and values, which the file keeps apart. */
    WeightTable queriesKeysValues(String layer, String queries, String keys, String values) {
        long q = (long) config.heads() * config.dHead();
        long k = (long) config.keyValueHeads() * config.dHead();
        for (String part : new String[] {Parameters.WEIGHT, Parameters.BIAS}) {
            rows(layer + part, 0, q, queries + part, Layout.PLAIN);
            rows(layer + part, q, k, keys + part, Layout.PLAIN);
            rows(layer + part, q + k, k, values + part, Layout.PLAIN);
        }
        return this;
    }

    /** Places some rows of a parameter, all of them when the count is -1. */
    private WeightTable rows(String parameter, long first, long count, String name, Layout layout) {
        Shape whole = shapes.get(parameter);
        if (whole != null) {
            Shape part = count < 0 ? whole : new Shape(count).addAll(whole.slice(1));
            weights.add(new StoredWeight(parameter, first, part, name, layout));
        }
        return this;
    }

    List<StoredWeight> weights() {
        return List.copyOf(weights);
    }
}
