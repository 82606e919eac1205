package dev.assay.sae;

/**
 * Preprocessing of activations before encoding.
 *
 * @param normalization the normalisation, applied first
 * @param subtractDecoderBias whether the decoder bias is subtracted after normalisation
 * @param joinHeads whether activations may have shape [..., heads, d_head], with the last two axes flattened to d_in
 */
public record InputOptions(ActivationNormalization normalization, boolean subtractDecoderBias, boolean joinHeads) {
    /** No normalisation, decoder bias subtracted: the default of autoencoders. */
    public static final InputOptions CENTRED = new InputOptions(ActivationNormalization.NONE, true, false);
    /** No normalisation and no bias subtracted: the default of transcoders. */
    public static final InputOptions PLAIN = new InputOptions(ActivationNormalization.NONE, false, false);
}
