/**
 * Files: safetensors, Hugging Face checkpoint folders, JSON, and writing that never destroys what was there before.
 *
 * <p>Start at {@link dev.assay.checkpoint.CheckpointFolder} to read a model and at {@link dev.assay.checkpoint.Safetensors} for
 * single files.
 */
package dev.assay.checkpoint;
