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
 * embed [V, D]   positions [contextLength, D] when learned   unembed [V, D] when not tied   unembed.bias [V]
 * blocks.i.ln1|ln2.weight [D]            blocks.i.ln1_post|ln2_post.weight [D]   (and .bias of a layer norm)
 * blocks.i.q_norm|k_norm.weight [h]      blocks.i.qkv.weight [(H + 2K)·h, D]     blocks.i.out.weight [D, H·h]   (and .bias)
 * blocks.i.gate|up.weight [M, D]         blocks.i.down.weight [D, M]             (and .bias)
 * ln_final.weight [D]
 * </pre>
 */
final class Parameters {
    static final String EMBED = "embed";
    static final String POSITIONS = "positions";
    static final String UNEMBED = "unembed";
    static final String UNEMBED_BIAS = "unembed.bias";
    static final String LN_FINAL = "ln_final";
    static final String WEIGHT = ".weight";
    static final String BIAS = ".bias";

    private final Map<String, NDArray> arrays;

    Parameters(Map<String, NDArray> arrays) {
        this.arrays = Collections.unmodifiableMap(arrays);
    }

    /** Returns the name and shape of every parameter of a model. */
    static Map<String, Shape> shapes(TransformerConfig config) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        AttentionConfig attention = config.attention();
        FeedForwardConfig mlp = config.feedForward();
        long d = config.dModel();
        long queries = (long) attention.heads() * attention.dHead();
        long keys = (long) attention.keyValueHeads() * attention.dHead();
        shapes.put(EMBED, new Shape(config.vocabularySize(), d));
        if (config.positions() instanceof Positions.Learned) {
            shapes.put(POSITIONS, new Shape(config.contextLength(), d));
        }
        for (int i = 0; i < config.layers(); i++) {
            norm(shapes, config, ofBlock(i, "ln1"), d);
            affine(shapes, ofBlock(i, "qkv"), attention.bias(), queries + 2 * keys, d);
            if (attention.normalizedHeads()) {
                norm(shapes, config, ofBlock(i, "q_norm"), attention.dHead());
                norm(shapes, config, ofBlock(i, "k_norm"), attention.dHead());
            }
            affine(shapes, ofBlock(i, "out"), attention.outBias(), d, queries);
            if (config.block().postNorms()) {
                norm(shapes, config, ofBlock(i, "ln1_post"), d);
            }
            if (!config.block().sharedNorm()) {
                norm(shapes, config, ofBlock(i, "ln2"), d);
            }
            if (mlp.gated()) {
                affine(shapes, ofBlock(i, "gate"), mlp.bias(), mlp.dMlp(), d);
            }
            affine(shapes, ofBlock(i, "up"), mlp.bias(), mlp.dMlp(), d);
            affine(shapes, ofBlock(i, "down"), mlp.bias(), d, mlp.dMlp());
            if (config.block().postNorms()) {
                norm(shapes, config, ofBlock(i, "ln2_post"), d);
            }
        }
        norm(shapes, config, LN_FINAL, d);
        if (!config.tied()) {
            shapes.put(UNEMBED, new Shape(config.vocabularySize(), d));
        }
        if (config.embedding().bias()) {
            shapes.put(UNEMBED_BIAS, new Shape(config.vocabularySize()));
        }
        return shapes;
    }

    static String ofBlock(int block, String layer) {
        return "blocks." + block + "." + layer;
    }

    private static void norm(Map<String, Shape> shapes, TransformerConfig config, String name, long width) {
        shapes.put(name + WEIGHT, new Shape(width));
        if (config.norm() instanceof Norm.LayerNorm) {
            shapes.put(name + BIAS, new Shape(width));
        }
    }

    private static void affine(Map<String, Shape> shapes, String name, boolean bias, long out, long in) {
        shapes.put(name + WEIGHT, new Shape(out, in));
        if (bias) {
            shapes.put(name + BIAS, new Shape(out));
        }
    }

    Map<String, NDArray> byName() {
        return arrays;
    }

    NDArray get(String name) {
        return arrays.get(name);
    }

    Affine affine(String name) {
        return new Affine(get(name + WEIGHT), get(name + BIAS));
    }

    Affine affine(int block, String layer) {
        return affine(ofBlock(block, layer));
    }

    /** Returns the unembedding, [V, D], which is the embedding in a tied model. */
    NDArray unembedding() {
        return arrays.getOrDefault(UNEMBED, get(EMBED));
    }

    /** Returns the product that gives the logits. */
    Affine unembed() {
        return new Affine(unembedding(), get(UNEMBED_BIAS));
    }
}
