/**
 * Tensor operations: the only package that accesses DJL's PyTorch engine below its public interface.
 *
 * <p>{@link dev.assay.tensor.Aten} adds operations that DJL does not expose, {@link dev.assay.tensor.Scope} owns temporary arrays, and
 * {@link dev.assay.tensor.Autograd} controls the recording of gradients.
 */
package dev.assay.tensor;
