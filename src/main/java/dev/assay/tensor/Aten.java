package dev.assay.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import java.util.List;
import java.util.function.BinaryOperator;

/**
 * The ATen operations that DJL does not expose, as typed methods. Each is one native primitive; algorithms are composed of them in Java.
 *
 * <p>A method whose name ends in an underscore changes its first argument in place; one with a parameter {@code out} writes to it and
 * allocates nothing. The result of any other method is a new array, owned by the open {@link Scope}. Methods documented as
 * <em>differentiable</em> record gradients while {@link Autograd} does; the others run without gradients.
 *
 * <p>Only methods of this class can change the result of a non-differentiable method in place: DJL's {@code addi} and similar methods
 * fail, because PyTorch forbids it for arrays created in inference mode.
 *
 * <p>PyTorch checks shapes and types; its message is thrown as {@link ai.djl.engine.EngineException}.
 */
public final class Aten {
    private Aten() {}

    // ------------------------------------------------------------------------------------------------ the transformer

    /**
     * Returns {@code x · weightᵀ + bias}. Differentiable.
     *
     * @param x [..., in]
     * @param weight [out, in]
     * @param bias [out], or null for none
     * @return [..., out]
     */
    public static NDArray linear(NDArray x, NDArray weight, NDArray bias) {
        return bias == null ? flow("linear_plain", x, weight) : flow("linear", x, weight, bias);
    }

    /**
     * Normalises the last axis to mean 0 and variance 1, then scales and shifts. Differentiable.
     *
     * @param x [..., d]
     * @param weight [d]
     * @param bias [d]
     * @param eps a scalar array, added to the variance
     * @return [..., d]
     */
    public static NDArray layerNorm(NDArray x, NDArray weight, NDArray bias, NDArray eps) {
        return flow("layer_norm", x, weight, bias, eps);
    }

    /**
     * Divides the last axis by its root mean square, then scales: {@code x / √(mean(x²) + eps) · weight}. Differentiable.
     *
     * @param x [..., d]
     * @param weight [d]
     * @param eps a scalar array, added to the mean
     * @return [..., d]
     */
    public static NDArray rmsNorm(NDArray x, NDArray weight, NDArray eps) {
        return flow("rms_norm", x, weight, eps);
    }

    /**
     * Returns {@code x · Φ(x)}, Φ the normal distribution function. Differentiable.
     *
     * @param x any shape
     * @return the same shape
     */
    public static NDArray gelu(NDArray x) {
        return flow("gelu", x);
    }

    /**
     * Returns the tanh approximation of {@link #gelu}, used by GPT-2 and Gemma. Differentiable.
     *
     * @param x any shape
     * @return the same shape
     */
    public static NDArray geluTanh(NDArray x) {
        return flow("gelu_tanh", x);
    }

    /**
     * Replaces x by {@link #gelu gelu(x)}.
     *
     * @param x any shape
     */
    public static void gelu_(NDArray x) {
        Bridge.get().run("gelu_", x);
    }

    /**
     * Replaces x by {@link #geluTanh geluTanh(x)}.
     *
     * @param x any shape
     */
    public static void geluTanh_(NDArray x) {
        Bridge.get().run("gelu_tanh_", x);
    }

    /**
     * Returns {@code x · σ(x)}, σ the logistic function. Differentiable.
     *
     * @param x any shape
     * @return the same shape
     */
    public static NDArray silu(NDArray x) {
        return flow("silu", x);
    }

    /**
     * Replaces x by {@link #silu silu(x)}.
     *
     * @param x any shape
     */
    public static void silu_(NDArray x) {
        Bridge.get().run("silu_", x);
    }

    /**
     * Returns {@code 1 / (1 + e⁻ˣ)}. Differentiable.
     *
     * @param x any shape
     * @return the same shape
     */
    public static NDArray sigmoid(NDArray x) {
        return flow("sigmoid", x);
    }

    /**
     * Returns {@code max(x, 0)}. Differentiable.
     *
     * @param x any shape
     * @return the same shape
     */
    public static NDArray relu(NDArray x) {
        return flow("relu", x);
    }

    /**
     * Replaces x by {@code max(x, 0)}.
     *
     * @param x any shape
     */
    public static void relu_(NDArray x) {
        Bridge.get().run("relu_", x);
    }

    /**
     * Replaces x by 0 wherever another array is not above a bound: with bound 0 the gradient of a rectifier.
     *
     * @param x any shape
     * @param by the same shape
     * @param bound of {@code by}
     */
    public static void keepWhereAbove_(NDArray x, NDArray by, double bound) {
        Bridge.get().run("keep_where_above_", x, by, bound);
    }

    /**
     * Returns 1 where x is above 0, else 0, in one pass.
     *
     * @param x any shape
     * @return the same shape and type
     */
    public static NDArray positive(NDArray x) {
        return Bridge.get().tensor("positive", x);
    }

    /**
     * Writes 1 where x is above a bound, else 0, in one pass.
     *
     * @param x any shape
     * @param bound of x
     * @param out the shape and type of x
     */
    public static void above(NDArray x, double bound, NDArray out) {
        Bridge.get().run("above_out", x, bound, out);
    }

    /**
     * Writes 1 where x is between two bounds, else 0, in one pass.
     *
     * @param x any shape
     * @param low excluded
     * @param high excluded
     * @param out the shape and type of x
     */
    public static void between(NDArray x, double low, double high, NDArray out) {
        Bridge.get().run("between_out", x, low, high, out);
    }

    /**
     * Writes x where another array is between two bounds, else 0, in one pass.
     *
     * @param x any shape
     * @param by the same shape
     * @param low excluded
     * @param high excluded
     * @param out the same shape
     */
    public static void whereBetween(NDArray x, NDArray by, double low, double high, NDArray out) {
        Bridge.get().run("where_between_out", x, by, low, high, out);
    }

    /**
     * Replaces x by {@code cap · tanh(x / cap)}.
     *
     * @param x any shape
     * @param cap positive
     */
    public static void softCap_(NDArray x, double cap) {
        Bridge.get().run("soft_cap_", x, cap);
    }

    /**
     * Rotates pairs of dimensions by their position's angle (rotary embedding, arXiv 2104.09864, in the variant that pairs
     * dimension i with i + r/2): {@code x·cos + (−x₂, x₁)·sin} over the first r dimensions; the rest pass. Differentiable.
     *
     * @param x [..., h]
     * @param cos broadcastable to [..., r], r ≤ h
     * @param sin like {@code cos}
     * @return [..., h]
     */
    public static NDArray rotateHalves(NDArray x, NDArray cos, NDArray sin) {
        return flow("rotate_halves", x, cos, sin);
    }

    /**
     * Replaces x by {@link #rotateHalves rotateHalves(x, cos, sin)}.
     *
     * @param x [..., h], possibly a part of a larger array
     * @param cos broadcastable to [..., r], r ≤ h
     * @param sin like {@code cos}
     */
    public static void rotateHalves_(NDArray x, NDArray cos, NDArray sin) {
        Bridge.get().run("rotate_halves_", x, cos, sin);
    }

    /**
     * Returns {@code softmax(q·kᵀ·scale)·v} with a causal mask. Differentiable.
     *
     * @param q [batch, heads, position, h]
     * @param k like {@code q}
     * @param v like {@code q}
     * @param scale a scalar array
     * @return [batch, heads, position, h]
     */
    public static NDArray causalAttention(NDArray q, NDArray k, NDArray v, NDArray scale) {
        return flow("causal_attention", q, k, v, scale);
    }

    /**
     * Returns {@code softmax(q·kᵀ·scale + mask)·v}. Differentiable.
     *
     * @param q [batch, heads, position, h]
     * @param k like {@code q}
     * @param v like {@code q}
     * @param scale a scalar array
     * @param mask broadcastable to [batch, heads, position, position]: 0 for visible keys, a large negative number elsewhere
     * @return [batch, heads, position, h]
     */
    public static NDArray maskedAttention(NDArray q, NDArray k, NDArray v, NDArray scale, NDArray mask) {
        return flow("masked_attention", q, k, v, scale, mask);
    }

    /**
     * Looks rows up in a table. Differentiable.
     *
     * @param weight [rows, d]
     * @param ids int64, any shape
     * @return [..., d]
     */
    public static NDArray embedding(NDArray weight, NDArray ids) {
        return flow("embedding", weight, ids);
    }

    /**
     * Returns {@code −log softmax(logits)[target]} for every row. Differentiable.
     *
     * @param logits [n, vocabulary]
     * @param targets int64 [n]
     * @return [n], in nats
     */
    public static NDArray crossEntropy(NDArray logits, NDArray targets) {
        return flow("cross_entropy", logits, targets);
    }

    // ------------------------------------------------------------------------------------------------ numbers
    // DJL's x.mul(2f) copies its number to memory of Java, which is freed at the next garbage collection.

    /**
     * Multiplies x by a number. Differentiable.
     *
     * @param x any shape
     * @param factor the factor
     * @return the same shape
     */
    public static NDArray mul(NDArray x, double factor) {
        return Autograd.isRecording()
                ? with(x, factor, NDArray::mul)
                : Bridge.get().tensor("mul_number", x, factor);
    }

    /**
     * Divides x by a number. Differentiable.
     *
     * @param x any shape
     * @param divisor the divisor
     * @return the same shape
     */
    public static NDArray div(NDArray x, double divisor) {
        return Autograd.isRecording()
                ? with(x, divisor, NDArray::div)
                : Bridge.get().tensor("div_number", x, divisor);
    }

    /**
     * Adds a number to x. Differentiable.
     *
     * @param x any shape
     * @param addend the number
     * @return the same shape
     */
    public static NDArray add(NDArray x, double addend) {
        return Autograd.isRecording()
                ? with(x, addend, NDArray::add)
                : Bridge.get().tensor("add_number", x, addend);
    }

    /**
     * Raises x to a power. Differentiable.
     *
     * @param x any shape
     * @param exponent the power
     * @return the same shape
     */
    public static NDArray pow(NDArray x, double exponent) {
        return with(x, exponent, NDArray::pow);
    }

    /**
     * Returns x with entries below a bound replaced by the bound.
     *
     * @param x any shape
     * @param bound the smallest value
     * @return the same shape
     */
    public static NDArray clampMin(NDArray x, double bound) {
        return Bridge.get().tensor("clamp_min_number", x, bound);
    }

    /**
     * Returns whether entries are below a bound.
     *
     * @param x any shape
     * @param bound the bound
     * @return bool, the same shape
     */
    public static NDArray lessThan(NDArray x, double bound) {
        return Bridge.get().tensor("lt_number", x, bound);
    }

    /**
     * Returns whether entries are above a bound.
     *
     * @param x any shape
     * @param bound the bound
     * @return bool, the same shape
     */
    public static NDArray greaterThan(NDArray x, double bound) {
        return Bridge.get().tensor("gt_number", x, bound);
    }

    /**
     * Returns whether entries are at least a bound.
     *
     * @param x any shape
     * @param bound the bound
     * @return bool, the same shape
     */
    public static NDArray atLeast(NDArray x, double bound) {
        return Bridge.get().tensor("ge_number", x, bound);
    }

    /**
     * Returns whether entries are at most a bound.
     *
     * @param x any shape
     * @param bound the bound
     * @return bool, the same shape
     */
    public static NDArray atMost(NDArray x, double bound) {
        return Bridge.get().tensor("le_number", x, bound);
    }

    /**
     * Returns whether integers are below a bound.
     *
     * @param x int64, any shape
     * @param bound the bound
     * @return bool, the same shape
     */
    public static NDArray lessThan(NDArray x, long bound) {
        return Bridge.get().tensor("lt_int", x, bound);
    }

    /**
     * Returns whether integers are at least a bound.
     *
     * @param x int64, any shape
     * @param bound the bound
     * @return bool, the same shape
     */
    public static NDArray atLeast(NDArray x, long bound) {
        return Bridge.get().tensor("ge_int", x, bound);
    }

    /**
     * Adds an integer to x.
     *
     * @param x int64, any shape
     * @param addend the number
     * @return the same shape
     */
    public static NDArray add(NDArray x, long addend) {
        return Bridge.get().tensor("add_int", x, addend);
    }

    /**
     * Multiplies integers by an integer.
     *
     * @param x int64, any shape
     * @param factor the factor
     * @return the same shape
     */
    public static NDArray times(NDArray x, long factor) {
        return Bridge.get().tensor("mul_int", x, factor);
    }

    /**
     * Returns the remainder of a division by an integer, with the sign of the divisor.
     *
     * @param x int64, any shape
     * @param divisor the divisor
     * @return the same shape
     */
    public static NDArray remainder(NDArray x, long divisor) {
        return Bridge.get().tensor("remainder_int", x, divisor);
    }

    /**
     * Adds a number to x in place.
     *
     * @param x changed
     * @param addend the number
     */
    public static void add_(NDArray x, double addend) {
        Bridge.get().run("add_number_", x, addend);
    }

    /**
     * Creates an array of integers in memory of PyTorch. DJL's {@code manager.create(values)} uses memory of Java, which is freed at the next
     * garbage collection: in a loop, it accumulates.
     *
     * @param manager owns the array
     * @param values the entries
     * @return int64 [n]
     */
    public static NDArray longs(NDManager manager, long... values) {
        NDArray longs = manager.create(new Shape(values.length), DataType.INT64);
        try (IValue list = IValue.listFrom(values)) {
            Bridge.get().run("set_longs_", longs, list);
        }
        return longs;
    }

    /**
     * Creates an array of numbers in memory of PyTorch, see {@link #longs}.
     *
     * @param manager owns the array
     * @param values the entries
     * @return float64 [n]
     */
    public static NDArray doubles(NDManager manager, double... values) {
        NDArray doubles = manager.create(new Shape(values.length), DataType.FLOAT64);
        try (IValue list = IValue.listFrom(values)) {
            Bridge.get().run("set_doubles_", doubles, list);
        }
        return doubles;
    }

    /**
     * Creates a number in memory of PyTorch, see {@link #longs}.
     *
     * @param manager owns the array
     * @param value the number
     * @return a float32 scalar
     */
    public static NDArray number(NDManager manager, double value) {
        return manager.full(new Shape(), (float) value, DataType.FLOAT32);
    }

    /** Applies an operation with a number that lasts until the backward pass. */
    private static NDArray with(NDArray x, double value, BinaryOperator<NDArray> operation) {
        NDManager manager = x.getManager();
        if (x.getDataType() != DataType.FLOAT64) {
            try (NDArray number = number(manager, value)) {
                return operation.apply(x, number);
            }
        }
        try (NDArray one = doubles(manager, value);
                NDArray number = one.reshape(new Shape())) {
            return operation.apply(x, number);
        }
    }

    // ------------------------------------------------------------------------------------------------ dense products

    /**
     * Writes {@code a · b} to {@code out}.
     *
     * @param a [n, m]
     * @param b [m, p]; may be a transposed view
     * @param out [n, p]
     */
    public static void mm(NDArray a, NDArray b, NDArray out) {
        Bridge.get().run("mm_out", a, b, out);
    }

    /**
     * Writes {@code a · b + bias} to {@code out}.
     *
     * @param bias broadcastable to [n, p]
     * @param a [n, m]
     * @param b [m, p]; may be a transposed view
     * @param out [n, p]
     */
    public static void addmm(NDArray bias, NDArray a, NDArray b, NDArray out) {
        Bridge.get().run("addmm_out", bias, a, b, out);
    }

    /**
     * Returns {@code y + alpha · (matrix · x)}.
     *
     * @param y [n]
     * @param matrix [n, m]; may be a transposed view
     * @param x [m]
     * @param alpha the factor
     * @return [n]
     */
    public static NDArray addmv(NDArray y, NDArray matrix, NDArray x, double alpha) {
        return Bridge.get().tensor("addmv", y, matrix, x, alpha);
    }

    /**
     * Writes {@code a + b} to {@code out}.
     *
     * @param a any shape
     * @param b broadcastable to it
     * @param out the shape of the result
     */
    public static void add(NDArray a, NDArray b, NDArray out) {
        Bridge.get().run("add_out", a, b, out);
    }

    /**
     * Writes {@code a − b} to {@code out}.
     *
     * @param a any shape
     * @param b broadcastable to it
     * @param out the shape of the result
     */
    public static void sub(NDArray a, NDArray b, NDArray out) {
        Bridge.get().run("sub_out", a, b, out);
    }

    // ------------------------------------------------------------------------------------------------ selection

    /**
     * Returns the k largest entries of each row, in no particular order.
     *
     * @param x [..., n]
     * @param k at most n
     * @return values and int64 indices, each [..., k]
     */
    public static Selection topK(NDArray x, int k) {
        return Selection.of(Bridge.get().tensors("topk", x, k));
    }

    /**
     * Returns the k largest entries of each row, largest first.
     *
     * @param x [..., n]
     * @param k at most n
     * @return values and int64 indices, each [..., k]
     */
    public static Selection topKSorted(NDArray x, int k) {
        return Selection.of(Bridge.get().tensors("topk_sorted", x, k));
    }

    /**
     * Returns the largest entry along an axis.
     *
     * @param x any shape
     * @param axis the axis to reduce
     * @return the maxima
     */
    public static NDArray amax(NDArray x, int axis) {
        return Bridge.get().tensor("amax", x, axis);
    }

    /**
     * Sorts the last axis in ascending order. The sort is stable.
     *
     * @param x any shape
     * @return sorted values and their original int64 positions
     */
    public static Selection sort(NDArray x) {
        return Selection.of(Bridge.get().tensors("sort", x));
    }

    /**
     * Returns, for each value, the position of the first entry that is not smaller.
     *
     * @param sorted [n], in ascending order
     * @param values any shape
     * @return int64, the shape of {@code values}
     */
    public static NDArray searchSorted(NDArray sorted, NDArray values) {
        return Bridge.get().tensor("searchsorted", sorted, values);
    }

    /** Values with their positions. */
    public record Selection(NDArray values, NDArray indices) {
        private static Selection of(NDArray[] pair) {
            return new Selection(pair[0], pair[1]);
        }
    }

    /**
     * Copies the entries at some positions of an axis to {@code out}.
     *
     * @param x any shape
     * @param axis the axis
     * @param index int64 [m]
     * @param out the shape of x with m along the axis
     */
    public static void indexSelect(NDArray x, int axis, NDArray index, NDArray out) {
        Bridge.get().run("index_select_out", x, axis, index, out);
    }

    /**
     * Returns the entries at some positions of an axis.
     *
     * @param x any shape
     * @param axis the axis
     * @param index int64 [m]
     * @return the shape of x with m along the axis
     */
    public static NDArray indexSelect(NDArray x, int axis, NDArray index) {
        return Bridge.get().tensor("index_select", x, axis, index);
    }

    /**
     * Overwrites the entries at some positions of an axis.
     *
     * @param x changed
     * @param axis the axis
     * @param index int64 [m], each at most once
     * @param source the shape of x with m along the axis
     */
    public static void indexCopy_(NDArray x, int axis, NDArray index, NDArray source) {
        Bridge.get().run("index_copy_", x, axis, index, source);
    }

    /**
     * Adds to the entries at some positions of an axis.
     *
     * @param x changed
     * @param axis the axis
     * @param index int64 [m]
     * @param source the shape of x with m along the axis
     */
    public static void indexAdd_(NDArray x, int axis, NDArray index, NDArray source) {
        Bridge.get().run("index_add_", x, axis, index, source);
    }

    /**
     * Returns {@code x[i, index[i, j]]} (for axis 1; likewise for others).
     *
     * @param x any shape
     * @param axis the axis
     * @param index int64, as many axes as x
     * @return the shape of {@code index}
     */
    public static NDArray gather(NDArray x, int axis, NDArray index) {
        return Bridge.get().tensor("gather", x, axis, index);
    }

    /**
     * Returns a copy of x with {@code source} written to {@code x[i, index[i, j]]} (for axis 1; likewise for others).
     *
     * @param x any shape
     * @param axis the axis
     * @param index int64, as many axes as x
     * @param source the shape of {@code index}
     * @return the shape of x
     */
    public static NDArray scatter(NDArray x, int axis, NDArray index, NDArray source) {
        return Bridge.get().tensor("scatter", x, axis, index, source);
    }

    /**
     * Counts how often each of 0 … size−1 occurs.
     *
     * @param x int64 [m], entries in 0 … size−1
     * @param size the number of counts
     * @return int64 [size]
     */
    public static NDArray binCount(NDArray x, long size) {
        return Bridge.get().tensor("bincount", x, size);
    }

    /**
     * Sums the weights of each of 0 … size−1.
     *
     * @param x int64 [m], entries in 0 … size−1
     * @param weights float [m]
     * @param size the number of sums
     * @return the type of the weights, [size]
     */
    public static NDArray binCount(NDArray x, NDArray weights, long size) {
        // For no entries PyTorch returns integers, whatever the type of the weights.
        return Bridge.get().tensor("bincount_weighted", x, weights, size).toType(weights.getDataType(), false);
    }

    // ------------------------------------------------------------------------------------------------ sparse products

    /**
     * Sums weighted rows of a table: bag b is {@code Σ weights[i] · table[indices[i]]} over i from {@code offsets[b]} to
     * {@code offsets[b+1]}. It is the product of a sparse matrix in compressed rows with a dense one.
     *
     * @param table float [rows, d]
     * @param indices int64 [m]
     * @param offsets int64 [bags], non-decreasing
     * @param weights float [m]
     * @return float [bags, d]; an empty bag is 0
     */
    public static NDArray embeddingBag(NDArray table, NDArray indices, NDArray offsets, NDArray weights) {
        return Bridge.get().tensor("embedding_bag", table, indices, offsets, weights);
    }

    /**
     * Returns the gradient of {@link #embeddingBag} with respect to its weights: {@code gradient[bag(i)] · table[indices[i]]}.
     *
     * @param gradient float [bags, d]
     * @param table float [rows, d]
     * @param indices int64 [m]
     * @param offsets int64 [bags]
     * @param bags int64 [m], the bag of each entry
     * @return float [m]
     */
    public static NDArray embeddingBagWeightsGradient(
            NDArray gradient, NDArray table, NDArray indices, NDArray offsets, NDArray bags) {
        return Bridge.get().tensor("embedding_bag_weights_gradient", gradient, table, indices, offsets, bags);
    }

    // ------------------------------------------------------------------------------------------------ norms and
    // updates

    /**
     * Returns the Euclidean norm of all entries.
     *
     * @param x any shape
     * @return a scalar
     */
    public static NDArray norm(NDArray x) {
        return Bridge.get().tensor("vector_norm", x);
    }

    /**
     * Returns the Euclidean norm of each row.
     *
     * @param x [n, d]
     * @return [n, 1]
     */
    public static NDArray rowNorms(NDArray x) {
        return Bridge.get().tensor("row_norms", x);
    }

    /**
     * Adds {@code factor · a · b} to x, entry by entry.
     *
     * @param x changed
     * @param a broadcastable to x
     * @param b broadcastable to x
     * @param factor the factor
     */
    public static void addcmul_(NDArray x, NDArray a, NDArray b, double factor) {
        Bridge.get().run("addcmul_", x, a, b, factor);
    }

    /**
     * Adds {@code factor · other} to x.
     *
     * @param x changed
     * @param other broadcastable to x
     * @param factor the factor
     */
    public static void add_(NDArray x, NDArray other, double factor) {
        Bridge.get().run("add_scaled_", x, other, factor);
    }

    /**
     * Interpolates towards another array: {@code x + weight · (other − x)}.
     *
     * @param x changed
     * @param other of the same shape
     * @param weight the interpolation weight
     */
    public static void lerp_(NDArray x, NDArray other, double weight) {
        Bridge.get().run("lerp_", x, other, weight);
    }

    /**
     * Multiplies x by a number without creating a tensor for it, unlike DJL's {@code muli}.
     *
     * @param x changed
     * @param factor the factor
     */
    public static void mul_(NDArray x, double factor) {
        Bridge.get().run("mul_scalar_", x, factor);
    }

    /**
     * Multiplies x by another array.
     *
     * @param x changed
     * @param other broadcastable to x
     */
    public static void mul_(NDArray x, NDArray other) {
        Bridge.get().run("mul_", x, other);
    }

    /**
     * Divides x by another array.
     *
     * @param x changed
     * @param other broadcastable to x
     */
    public static void div_(NDArray x, NDArray other) {
        Bridge.get().run("div_", x, other);
    }

    /**
     * Copies values into an existing array.
     *
     * @param target changed
     * @param source broadcastable to the target; converted from another type or device
     */
    public static void copy_(NDArray target, NDArray source) {
        Bridge.get().run("copy_", target, source);
    }

    /**
     * Performs one step of Adam (arXiv 1412.6980, algorithm 1, as {@code torch.optim.Adam}) over several parameters in one kernel. The
     * i-th entries of the lists belong together.
     *
     * @param parameters changed
     * @param gradients like the parameters; overwritten by their scaled values if {@code divisor} is not null
     * @param first first moments, changed
     * @param second second moments, changed
     * @param steps float scalars: the number of this step, from 1
     * @param options learning rate, betas, weight decay, epsilon
     * @param divisor a float scalar by which every gradient is divided first (for clipping by norm), or null for none
     */
    public static void adam_(
            List<NDArray> parameters,
            List<NDArray> gradients,
            List<NDArray> first,
            List<NDArray> second,
            List<NDArray> steps,
            AdamOptions options,
            NDArray divisor) {
        if (divisor == null && options.decoupled()) {
            throw new IllegalArgumentException("decoupled weight decay needs a divisor: pass a scalar 1");
        }
        Bridge bridge = Bridge.get();
        double lr = options.learningRate();
        double decay = options.weightDecay();
        if (divisor == null) {
            bridge.run(
                    "fused_adam_",
                    parameters,
                    gradients,
                    first,
                    second,
                    List.of(),
                    steps,
                    lr,
                    options.beta1(),
                    options.beta2(),
                    decay,
                    options.epsilon());
        } else {
            String method = options.decoupled() ? "fused_adamw_" : "fused_adam_scaled_";
            bridge.run(
                    method,
                    parameters,
                    gradients,
                    first,
                    second,
                    List.of(),
                    steps,
                    lr,
                    options.beta1(),
                    options.beta2(),
                    decay,
                    options.epsilon(),
                    divisor);
        }
    }

    /**
     * Hyperparameters of Adam.
     *
     * @param learningRate the step size
     * @param beta1 decay of the first moment
     * @param beta2 decay of the second moment
     * @param epsilon added to the root of the second moment
     * @param weightDecay the coefficient of the decay
     * @param decoupled whether the decay acts on the weights (AdamW, arXiv 1711.05101) or on the gradient
     */
    public record AdamOptions(
            double learningRate, double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled) {
        /**
         * Returns plain Adam without weight decay and with epsilon 1e-8.
         *
         * @param learningRate the step size
         * @param beta1 decay of the first moment
         * @param beta2 decay of the second moment
         * @return the options
         */
        public static AdamOptions of(double learningRate, double beta1, double beta2) {
            return new AdamOptions(learningRate, beta1, beta2, 1e-8, 0, false);
        }
    }

    /**
     * Returns a copy in memory that PyTorch owns. Differentiable, unlike DJL's {@code x.duplicate()}, which does not propagate gradients.
     *
     * @param x any shape
     * @return the same shape
     */
    public static NDArray copy(NDArray x) {
        return flow("copy", x);
    }

    /**
     * Returns x in row-major order: x itself if it is contiguous, else a copy. The duplicate of a transposed view has the layout of the
     * view, so a transpose must pass through this method before it is stored.
     *
     * @param x any shape
     * @return the same shape; shares memory with x if x is contiguous
     */
    public static NDArray contiguous(NDArray x) {
        return Bridge.get().tensor("contiguous", x);
    }

    /** Runs a method that propagates gradients while they are recorded. */
    static NDArray flow(String method, NDArray... arguments) {
        return Autograd.isRecording()
                ? Bridge.get().differentiable(method, arguments)
                : Bridge.get().tensor(method, (Object[]) arguments);
    }
}
