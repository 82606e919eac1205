package dev.assay.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The weights of a model by name, in a fixed order. Every product's weight is [out, in].
 *
 * <pre>
 * embed [V, D]   positions [contextLength, D] when learned   unembed [V, D] when not tied
 * blocks.i.ln1.weight|bias [D]   blocks.i.qkv.weight [(H + 2K)·h, D]   blocks.i.out.weight [D, H·h]   (and .bias)
 * blocks.i.ln2.weight|bias [D]   blocks.i.up.weight [M, D]             blocks.i.down.weight [D, M]    (and .bias)
 * ln_final.weight|bias [D]
 * </pre>
 */
final class Parameters {
    static final String EMBED = "embed";
    static final String POSITIONS = "positions";
    static final String UNEMBED = "unembed";
    static final String LN_FINAL = "ln_final";

    private final Map<String, NDArray> arrays;

    Parameters(Map<String, NDArray> arrays) {
        this.arrays = Collections.unmodifiableMap(arrays);
    }

    /** Returns the name and shape of every parameter of a model. */
    static Map<String, Shape> shapes(TransformerConfig config) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        long d = config.dModel();
        long queries = (long) config.heads() * config.dHead();
        long keys = (long) config.keyValueHeads() * config.dHead();
        shapes.put(EMBED, new Shape(config.vocabularySize(), d));
        if (config.positions() instanceof Positions.Learned) {
            shapes.put(POSITIONS, new Shape(config.contextLength(), d));
        }
        for (int i = 0; i < config.layers(); i++) {
            norm(shapes, ofBlock(i, "ln1"), d);
            affine(shapes, ofBlock(i, "qkv"), queries + 2 * keys, d);
            affine(shapes, ofBlock(i, "out"), d, queries);
            norm(shapes, ofBlock(i, "ln2"), d);
            affine(shapes, ofBlock(i, "up"), config.dMlp(), d);
            affine(shapes, ofBlock(i, "down"), d, config.dMlp());
        }
        norm(shapes, LN_FINAL, d);
        if (!config.tied()) {
            shapes.put(UNEMBED, new Shape(config.vocabularySize(), d));
        }
        return shapes;
    }

    static String ofBlock(int block, String layer) {
        return "blocks." + block + "." + layer;
    }

    private static void norm(Map<String, Shape> shapes, String name, long width) {
        shapes.put(name + ".weight", new Shape(width));
        shapes.put(name + ".bias", new Shape(width));
    }

    private static void affine(Map<String, Shape> shapes, String name, long out, long in) {
        shapes.put(name + ".weight", new Shape(out, in));
        shapes.put(name + ".bias", new Shape(out));
    }

    Map<String, NDArray> byName() {
        return arrays;
    }

    NDArray get(String name) {
        return arrays.get(name);
    }

    Affine affine(String name) {
        return new Affine(get(name + ".weight"), get(name + ".bias"));
    }

    Affine affine(int block, String layer) {
        return affine(ofBlock(block, layer));
    }

    /** Returns the unembedding, [V, D], which is the embedding in a tied model. */
    NDArray unembedding() {
        return arrays.getOrDefault(UNEMBED, get(EMBED));
    }
}
