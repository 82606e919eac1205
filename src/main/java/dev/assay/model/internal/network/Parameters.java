package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.io.Sha256;
import dev.assay.model.config.AttentionConfig;
import dev.assay.model.config.FeedForwardConfig;
import dev.assay.model.config.Norm;
import dev.assay.model.config.PositionEncoding;
import dev.assay.model.config.Precision;
import dev.assay.model.config.TransformerConfig;
import dev.assay.tensor.Aten;
import dev.assay.tensor.HalfMatrix;
import dev.assay.tensor.Scope;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The weights of a model by name, in a fixed order. The weights of linear layers are [out, in].
 *
 * <pre>
 * embed [V, D]   positions [contextLength, D] when learned   unembed [V, D] when not tied   unembed.bias [V]
 * blocks.i.ln1|ln2.weight [D]            blocks.i.ln1_post|ln2_post.weight [D]   (and .bias of a layer norm)
 * blocks.i.q_norm|k_norm.weight [h]      blocks.i.qkv.weight [(H + 2K)·h, D]     blocks.i.out.weight [D, H·h]   (and .bias)
 * blocks.i.gate|up.weight [M, D]         blocks.i.down.weight [D, M]             (and .bias)
 * ln_final.weight [D]
 * </pre>
 */
public final class Parameters {
    public static final String EMBED = "embed";
    public static final String POSITIONS = "positions";
    public static final String UNEMBED = "unembed";
    public static final String UNEMBED_BIAS = "unembed.bias";
    public static final String LN_FINAL = "ln_final";
    public static final String WEIGHT = ".weight";
    public static final String BIAS = ".bias";

    private final Precision precision;
    private final Map<String, NDArray> arrays;
    private final Map<String, HalfMatrix> halves;

    public Parameters(Map<String, NDArray> arrays) {
        this(Precision.FLOAT32, arrays, Map.of());
    }

    /** Creates parameters; the matrices of linear layers and embedding may have 16 bits. */
    public Parameters(Precision precision, Map<String, NDArray> arrays, Map<String, HalfMatrix> halves) {
        this.precision = precision;
        this.arrays = Collections.unmodifiableMap(arrays);
        this.halves = halves;
    }

    /** Returns whether a parameter is a matrix that a model of 16 bits rounds: of a linear layer or the embedding. */
    public static boolean isRounded(String name, Shape shape) {
        return shape.dimension() == 2 && !name.equals(POSITIONS);
    }

    /** Returns the name and the shape of every parameter of a model. */
    public static Map<String, Shape> shapes(TransformerConfig config) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        AttentionConfig attention = config.attention();
        FeedForwardConfig mlp = config.feedForward();
        long d = config.dModel();
        long queries = (long) attention.heads() * attention.dHead();
        long keys = (long) attention.keyValueHeads() * attention.dHead();
        shapes.put(EMBED, new Shape(config.vocabularySize(), d));
        if (config.positions() instanceof PositionEncoding.Learned) {
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

    public static String ofBlock(int block, String layer) {
        return "blocks." + block + "." + layer;
    }

    /** Returns the block index of a parameter; -1 outside the blocks. */
    public static int blockOf(String name) {
        String[] parts = name.split("\\.", 3);
        return parts[0].equals("blocks") ? Integer.parseInt(parts[1]) : -1;
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

    public Precision precision() {
        return precision;
    }

    /** Returns every parameter as float32. Parameters of 16 bits are copied; the copies belong to the open scope. */
    public Map<String, NDArray> byName() {
        if (halves.isEmpty()) {
            return arrays;
        }
        Map<String, NDArray> all = new LinkedHashMap<>(arrays);
        halves.forEach((name, half) -> all.put(name, half.toFloat32()));
        return all;
    }

    /** Returns the SHA-256 of a configuration, every weight and a precision other than float32, in hexadecimal. */
    public String hash(TransformerConfig config) {
        Sha256 hash = new Sha256().add(config.toString());
        if (precision != Precision.FLOAT32) {
            hash.add(precision.toString());
        }
        try (Scope scope = Scope.open()) {
            byName().forEach((name, weights) -> hash.add(name).add(weights));
        }
        return hash.hex();
    }

    /** Returns a parameter as float32, or null. A parameter of 16 bits is copied; the copy belongs to the open scope. */
    public NDArray get(String name) {
        HalfMatrix half = halves.get(name);
        return half == null ? arrays.get(name) : half.toFloat32();
    }

    /** Returns the weight and bias of a norm. */
    WeightAndBias norm(String name) {
        return new WeightAndBias(arrays.get(name + WEIGHT), arrays.get(name + BIAS));
    }

    /** Returns a linear layer of a block. */
    Linear linear(int block, String layer) {
        String name = ofBlock(block, layer);
        return linear(name + WEIGHT, name + BIAS);
    }

    private Linear linear(String weight, String bias) {
        HalfMatrix half = halves.get(weight);
        return half == null
                ? new WeightAndBias(arrays.get(weight), arrays.get(bias))
                : new HalfPrecisionLinear(half, arrays.get(bias));
    }

    /** Returns the embeddings, [..., D], of tokens, [...]. */
    NDArray embed(NDArray ids) {
        HalfMatrix half = halves.get(EMBED);
        return half == null ? Aten.embedding(arrays.get(EMBED), ids) : half.embedding(ids);
    }

    /** Returns the unembedding, [V, D], like {@link #get}. In a tied model, it is the embedding. */
    public NDArray unembedding() {
        return get(unembeddingName());
    }

    private String unembeddingName() {
        return arrays.containsKey(UNEMBED) || halves.containsKey(UNEMBED) ? UNEMBED : EMBED;
    }

    /** Returns the linear layer of the logits. */
    Linear unembed() {
        return linear(unembeddingName(), UNEMBED_BIAS);
    }
}
