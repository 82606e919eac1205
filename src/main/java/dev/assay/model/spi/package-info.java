/**
 * The extension point for model families: how the {@code config.json} and the tensor names of a Hugging Face checkpoint map to the
 * generic transformer of {@link dev.assay.model.HookedTransformer}.
 *
 * <p>A {@link dev.assay.model.spi.ModelFamily} is one class. The built-in families implement the same interface.
 */
package dev.assay.model.spi;
