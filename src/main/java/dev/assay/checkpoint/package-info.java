/**
 * Checkpoint files: safetensors, npz, and Hugging Face checkpoint folders.
 *
 * <p>Start at {@link dev.assay.checkpoint.CheckpointFolder} to read a model and at {@link dev.assay.checkpoint.Safetensors} for
 * single files.
 */
package dev.assay.checkpoint;
