package dev.assay.tensor;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * A 16-bit floating-point type for computation. Inputs and outputs are float32; the type is used only within one operation, or in a
 * {@link HalfMatrix}.
 */
public enum HalfType {
    /** IEEE half precision: 11 significant bits, maximum 65504. */
    FLOAT16(5),
    /** The upper half of a float32: 8 significant bits, the range of float32. */
    BFLOAT16(15);

    /** PyTorch's number of this type. */
    private final long code;

    HalfType(long code) {
        this.code = code;
    }

    /** Runs an operation whose last argument is this type. */
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
     * @param mask float32, broadcastable to [batch, heads, position, position]: 0 for visible keys, a large negative number elsewhere;
     *     clamped at −30000, so that a row without visible keys does not become NaN
     * @return float32 [batch, heads, position, h]
     */
    public NDArray maskedAttention(NDArray q, NDArray k, NDArray v, NDArray scale, NDArray mask) {
        return apply("half_masked_attention", q, k, v, scale, mask);
    }

    /**
     * Returns whether PyTorch has matrix products and attention in this type on a device, by running small ones.
     *
     * @param device the device
     * @return true if both run
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
