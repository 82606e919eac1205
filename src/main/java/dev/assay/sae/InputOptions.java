package dev.assay.sae;

/**
 * What happens to activations before they are encoded.
 *
 * @param normalization comes first
 * @param subtractDecoderBias whether the decoder's bias is then subtracted
 * @param joinHeads whether activations arrive as [..., heads, d_head] and the last two axes are one to the dictionary
 */
public record InputOptions(ActivationNormalization normalization, boolean subtractDecoderBias, boolean joinHeads) {
    /** No normalisation, the decoder's bias subtracted: the usual case. */
    public static final InputOptions CENTRED = new InputOptions(ActivationNormalization.NONE, true, false);
    /** No normalisation and no bias subtracted: the usual case of a transcoder. */
    public static final InputOptions PLAIN = new InputOptions(ActivationNormalization.NONE, false, false);
}
