package dev.assay.activation;

/**
 * Where activations are from.
 *
 * @param model the name of the model, or the folder it was loaded from
 * @param precision what the matrix products of the model compute in
 * @param hook the sites, by name, joined by commas
 * @param text the text, in words
 * @param part the part of it, and whatever else decides which rows come in which order, in words
 * @param contextLength the tokens of a context
 * @param prependBos whether every context starts with BOS
 * @param withoutSpecialTokens whether the positions of special tokens were left out
 */
public record ActivationProvenance(
        String model,
        String precision,
        String hook,
        String text,
        String part,
        int contextLength,
        boolean prependBos,
        boolean withoutSpecialTokens) {}
