package dev.assay.tensor;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * A floating-point type of 16 bits to compute in. What goes in and what comes out is float32: the type lives within one operation, or
 * in a {@link HalfMatrix}.
 */
public enum HalfType {
    /** IEEE half precision: 11 significant bits, at most 65504. */
    FLOAT16(5),
    /** The upper half of a float32: 8 significant bits, the same range. */
    BFLOAT16(15);

    /** PyTorch's number of the type. */
    private final long code;

    HalfType(long code) {
        this.code = code;
    }

    /** Runs an operation whose last argument is the type. */
    NDArray apply(String method, NDArray... arguments) {
        try (Scope scope = Scope.open()) {
            NDArray[] all = new NDArray[arguments.length + 1];
            System.arraycopy(arguments, 0, all, 0, arguments.length);
            all[arguments.length] = arguments[0].getManager().create(code);
            return scope.keep(Bridge.get().differentiable(method, all));
        }
    }

    /**
     * Returns {@link Aten#causalAttention} computed in this type. Differentiable.
     *
     * @param q float32 [batch, heads, position, h]
     * @param k like {@code q}
     * @param v like {@code q}
     * @param scale a scalar array
     * @return float32 [batch, heads, position, h]
     */
    public NDArray causalAttention(NDArray q, NDArray k, NDArray v, NDArray scale) {
        return apply("half_causal_attention", q, k, v, scale);
    }

    /**
     * Returns {@link Aten#maskedAttention} computed in this type. Differentiable.
     *
     * @param q float32 [batch, heads, position, h]
     * @param k like {@code q}
     * @param v like {@code q}
     * @param scale a scalar array
     * @param mask float32, broadcastable to [batch, heads, position, position]: 0 where a key is seen, a large negative number
     *     elsewhere; at most 30000 of it count, so that a row that sees nothing is no NaN
     * @return float32 [batch, heads, position, h]
     */
    public NDArray maskedAttention(NDArray q, NDArray k, NDArray v, NDArray scale, NDArray mask) {
        return apply("half_masked_attention", q, k, v, scale, mask);
    }

    /**
     * Tells whether PyTorch has matrix products and attention in this type on a device, by trying small ones.
     *
     * @param device the device
     * @return true if it has
     */
    public boolean isComputedOn(Device device) {
        try (NDManager manager = TorchEngine.newManager(device);
                Scope scope = Scope.open()) {
            NDArray x = manager.ones(new Shape(8, 8));
            HalfMatrix matrix = HalfMatrix.of(x, this);
            NDArray heads = x.reshape(1, 1, 8, 8);
            float product = matrix.linear(x, null).sum().getFloat();
            float attention = causalAttention(heads, heads, heads, manager.create(1f))
                    .sum()
                    .getFloat();
            return product == 512 && attention == 64;
        } catch (EngineException unsupported) {
            return false;
        }
    }
}
