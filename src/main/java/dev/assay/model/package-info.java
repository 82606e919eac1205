/**
 * The transformer: its configuration, one generic block, one small class a model family, and hooks that read and edit every site.
 *
 * <p>{@link dev.assay.model.HookedTransformer} runs a Hugging Face checkpoint; {@link dev.assay.model.hook.HookPoint} names its sites
 * as TransformerLens does.
 */
package dev.assay.model;
