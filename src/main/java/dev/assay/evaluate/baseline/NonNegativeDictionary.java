package dev.assay.evaluate.baseline;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A non-negative factorisation as a dictionary. Codes are computed by the updates of {@link NonNegativeFactors} with fixed components
 * W, {@code h ← h ∘ (v Wᵀ) / (h W Wᵀ)} with {@code v = [max(x, 0), max(−x, 0)]}, starting at the best multiple of (1, …, 1). The
 * updates approach 0 without reaching it, so codes below a thousandth of the largest code of the row are set to 0. A direction is the
 * first half of its component minus the second half.
 */
final class NonNegativeDictionary implements Dictionary {
    private static final float SMALLEST = 1e-20f;
    private static final float SMALLEST_SHARE = 1e-3f;

    private final NDManager manager;
    private final int k;
    private final int rounds;
    private final SaeMetadata metadata;
    private final NDArray components; // W, [m, 2d]
    private final NDArray gram; // W Wᵀ
    private final NDArray decoder; // [m, d]
    private final Lifetime lifetime = new Lifetime("the dictionary");

    NonNegativeDictionary(INDArray factors, int k, int rounds, SaeMetadata metadata, Device device) {
        this.k = k;
        this.rounds = rounds;
        this.metadata = metadata;
        manager = TorchEngine.newManager(device);
        long width = factors.columns() / 2;
        components = Scope.detached(() -> Float64.toFloat32(factors, manager));
        gram = Scope.detached(() -> components.matMul(components.transpose()));
        decoder = Scope.detached(() -> {
            NDArray positive = components.get(new NDIndex(":, :{}", width));
            return positive.sub(components.get(new NDIndex(":, {}:", width)));
        });
    }

    @Override
    public int dIn() {
        return Math.toIntExact(decoder.getShape().get(1));
    }

    @Override
    public int dSae() {
        return Math.toIntExact(decoder.getShape().get(0));
    }

    @Override
    public NDArray decoder() {
        return decoder;
    }

    @Override
    public SaeMetadata metadata() {
        return metadata;
    }

    @Override
    public SparseCodes encode(NDArray x) {
        Shape shape = x.getShape();
        if (shape.dimension() == 0 || shape.get(shape.dimension() - 1) != dIn()) {
            throw new InvalidInputException(
                    "activations of shape " + shape + " do not fit the dictionary, expected a last axis of " + dIn());
        }
        try (Lifetime.Use use = use();
                Scope scope = Scope.open()) {
            NDArray rows = x.toType(DataType.FLOAT32, false).reshape(x.size() / dIn(), dIn());
            List<SparseCodes> parts = new ArrayList<>();
            for (NDArray part : SampleRows.of(rows)) {
                parts.add(select(codes(part)));
            }
            return SparseCodes.concat(parts).keep(scope);
        }
    }

    /** Computes all codes, [n, m]. */
    private NDArray codes(NDArray x) {
        try (Scope scope = Scope.open()) {
            NDArray v = NDArrays.concat(new NDList(x.maximum(0f), x.neg().maximum(0f)), 1); // [n, 2d]
            NDArray target = v.matMul(components.transpose()); // v Wᵀ, [n, m]
            NDArray first = target.sum(new int[] {1}, true).div(gram.sum().maximum(SMALLEST)); // [n, 1]
            NDArray h = first.broadcast(target.getShape()).duplicate();
            NDArray denominator = h.zerosLike();
            for (int round = 0; round < rounds; round++) {
                Aten.mm(h, gram, denominator);
                try (NDArray factor = target.div(denominator.maximum(SMALLEST))) {
                    Aten.mul_(h, factor);
                }
            }
            NDArray floor = h.max(new int[] {1}, true).mul(SMALLEST_SHARE);
            return scope.keep(h.mul(h.gt(floor).toType(DataType.FLOAT32, false)));
        }
    }

    private SparseCodes select(NDArray h) {
        try (Scope scope = Scope.open()) {
            return SparseCodes.ofRows(Aten.topK(h, k), dSae()).keep(scope);
        }
    }

    @Override
    public NDArray decode(SparseCodes codes) {
        try (Lifetime.Use use = use()) {
            NDArray decoded = Aten.embeddingBag(decoder, codes.indices(), codes.offsets(), codes.values());
            // embeddingBag allocates in the manager of its first argument, the directions.
            decoded.attach(codes.values().getManager());
            return decoded;
        }
    }

    @Override
    public NDArray reconstruct(NDArray x) {
        try (Lifetime.Use use = use();
                Scope scope = Scope.open()) {
            return scope.keep(decode(encode(x)).reshape(x.getShape()));
        }
    }

    @Override
    public Lifetime.Use use() {
        return lifetime.use();
    }

    @Override
    public void close() {
        lifetime.close(
                () -> {
                    components.close();
                    gram.close();
                    decoder.close();
                },
                manager::close);
    }
}
