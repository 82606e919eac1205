package dev.assay.train.spi;

import java.util.Locale;

/** The arrays that training changes. Every dictionary has the encoder and its bias; the others depend on the method. */
public enum Parameter {
    /** [d_sae, d_in], one latent a row. */
    ENCODER,
    /** [d_sae]; of a gated dictionary, the bias of the gate. */
    ENCODER_BIAS,
    /** [d_sae, d_out], one latent a row; absent in a tied dictionary. */
    DECODER,
    /** [d_out]; absent in a tied dictionary. */
    DECODER_BIAS,
    /** [d_sae], the thresholds of a JumpReLU dictionary, or their logarithms. */
    THRESHOLD,
    /** [d_sae], the bias of a gated dictionary's magnitudes. */
    MAGNITUDE_BIAS,
    /** [d_sae], the logarithm of the ratio of a gated dictionary's two encoders. */
    MAGNITUDE_SCALE,
    /** [d_out, d_in], the linear part of a skip transcoder. */
    SKIP;

    /**
     * Returns whether the rows or entries of the array belong to latents.
     *
     * @return false for {@link #DECODER_BIAS} and {@link #SKIP}
     */
    public boolean isOfLatents() {
        return this != DECODER_BIAS && this != SKIP;
    }

    /**
     * Returns the name in checkpoints and messages.
     *
     * @return the constant in lower case
     */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
