/**
 * The transformer: {@link dev.assay.model.HookedTransformer} runs a Hugging Face checkpoint and calls hooks that read and edit its
 * activations; {@link dev.assay.model.hook.HookPoint} has the site names of TransformerLens.
 *
 * <p><b>Threads.</b> A run belongs to one thread. Several threads may run one model at the same time, but hooks, recorded gradients and
 * scopes belong to the thread that opened them: they act only on the runs of that thread, and that thread closes them.
 */
package dev.assay.model;
