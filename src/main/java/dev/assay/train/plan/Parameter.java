package dev.assay.train.plan;

import java.util.Locale;

/** The arrays that training may change. Every architecture has some of them. */
public enum Parameter {
    /** [d_sae, d_in], one latent a row. */
    ENCODER,
    /** [d_sae]; of a gated dictionary, the bias of the gate. */
    ENCODER_BIAS,
    /** [d_sae, d_out], one latent a row; a tied dictionary has none of its own. */
    DECODER,
    /** [d_out]; a dictionary without it reconstructs from its latents alone. */
    DECODER_BIAS,
    /** [d_sae], the thresholds of a JumpReLU dictionary, or their logarithms. */
    THRESHOLD,
    /** [d_sae], the bias of a gated dictionary's magnitudes. */
    MAGNITUDE_BIAS,
    /** [d_sae], the logarithm of the factor between a gated dictionary's two encoders. */
    MAGNITUDE_SCALE,
    /** [d_out, d_in], the linear part of a skip transcoder. */
    SKIP;

    /** Whether the rows, or entries, of the array belong to latents. */
    public boolean isOfLatents() {
        return this != DECODER_BIAS && this != SKIP;
    }

    /** The name in checkpoints and messages. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
