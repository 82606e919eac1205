/**
 * Tensor operations: the one package that reaches past DJL's public interface into its PyTorch engine.
 *
 * <p>{@link dev.assay.tensor.Aten} brings the operations that DJL does not expose, {@link dev.assay.tensor.Scope} owns the
 * memory of a step, {@link dev.assay.tensor.Autograd} records gradients.
 */
package dev.assay.tensor;
