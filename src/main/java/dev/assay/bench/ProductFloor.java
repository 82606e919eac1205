package dev.assay.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.config.TransformerConfig;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.ArrayList;
import java.util.List;

/**
 * The matrix products of a transformer without any other operation, written to existing arrays: a lower limit of the time of any forward
 * pass on the same machine.
 */
public final class ProductFloor implements AutoCloseable {
    private final NDManager manager;
    private final NDArray residual; // [tokens, D]
    private final List<Product> block = new ArrayList<>();
    private final Product unembedding;
    private final NDArray queries; // [batch · H, position, h]
    private final NDArray keys; // [batch · H, h, position]

    /** A product {@code x · weight} of fixed sizes. */
    private record Product(NDArray x, NDArray weight, NDArray out) {
        void run() {
            Aten.mm(x, weight, out);
        }
    }

    private ProductFloor(TransformerConfig config, int batch, int length, Device device) {
        manager = TorchEngine.newManager(device);
        long tokens = (long) batch * length;
        long d = config.dModel();
        long joined = (long) config.heads() * config.dHead();
        long qkv = joined + 2L * config.keyValueHeads() * config.dHead();
        residual = array(tokens, d);
        NDArray neurons = array(tokens, config.dMlp());
        block.add(new Product(residual, weight(d, qkv), array(tokens, qkv)));
        block.add(new Product(array(tokens, joined), weight(joined, d), array(tokens, d)));
        block.add(new Product(residual, weight(d, config.dMlp()), neurons));
        if (config.feedForward().gated()) {
            block.add(new Product(residual, weight(d, config.dMlp()), neurons));
        }
        block.add(new Product(neurons, weight(config.dMlp(), d), array(tokens, d)));
        unembedding = new Product(residual, weight(d, config.vocabularySize()), array(tokens, config.vocabularySize()));
        queries = array((long) batch * config.heads(), length, config.dHead());
        keys = Scope.detached(() -> queries.transpose(0, 2, 1));
    }

    /**
     * Allocates the arrays.
     *
     * @param config the shape of the model
     * @param batch sequences per batch
     * @param length tokens per sequence
     * @param device the device
     * @return the products
     */
    public static ProductFloor of(TransformerConfig config, int batch, int length, Device device) {
        return new ProductFloor(config, batch, length, device);
    }

    /** Returns a weight in the layout of the model, [out, in]. */
    private NDArray weight(long in, long out) {
        NDArray stored = array(out, in);
        return Scope.detached(stored::transpose);
    }

    private NDArray array(long... shape) {
        return Scope.detached(() -> manager.full(new Shape(shape), 0.01f));
    }

    /**
     * Runs the products of blocks: queries, keys and values, both of attention, its output, and those of the feed-forward layer.
     *
     * @param blocks the number of blocks
     */
    public void runBlocks(int blocks) {
        try (Autograd off = Autograd.off()) {
            for (int i = 0; i < blocks; i++) {
                for (Product product : block) {
                    product.run();
                }
                try (Scope scope = Scope.open()) {
                    NDArray pattern = queries.matMul(keys); // [batch · H, query, key]
                    pattern.matMul(queries);
                }
            }
        }
    }

    /** Runs the product with the unembedding. */
    public void runUnembedding() {
        unembedding.run();
    }

    @Override
    public void close() {
        manager.close();
    }
}
