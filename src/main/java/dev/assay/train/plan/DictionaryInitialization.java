package dev.assay.train.plan;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.TrainingMethod;

/**
 * The initial parameters of a dictionary. Decoder rows point in random directions, uniform on the sphere.
 *
 * <p>Encoder biases start at 0 or, with an active share q, at the value where each latent is active on that share of the first batch:
 * {@code b_enc,l = bound_l − (the q-th largest part of x · W_enc,l)}, bound 0 or a JumpReLU threshold. (Anthropic, "Circuits Updates,
 * January 2025", section on dictionary learning, has 10,000 / d_sae.)
 *
 * @param decoderBias the initial decoder bias
 * @param decoderNorm the norm of each decoder row; the optimizer's constraint may set it to 1 after the first step
 * @param encoder the initial encoder
 * @param encoderScale the factor of the transpose; of no effect for {@link Encoder#INDEPENDENT}
 * @param activeShare q, or 0 for biases at 0
 */
public record DictionaryInitialization(
        DecoderBias decoderBias, double decoderNorm, Encoder encoder, double encoderScale, double activeShare) {
    /** The initial decoder bias. */
    public enum DecoderBias {
        /** 0. */
        ZERO,
        /** The mean of the first batch, of a transcoder's target. */
        MEAN,
        /** The geometric median of the first batch, of a transcoder's target. */
        GEOMETRIC_MEDIAN
    }

    /** The initial encoder. */
    public enum Encoder {
        /**
         * The decoder's transpose times a factor. Where target and input differ in width, a transcoder's encoder has random directions
         * of that norm.
         */
        TRANSPOSED,
        /** Entries uniform in ±1/√d_in, as PyTorch's {@code nn.Linear}. A tied dictionary uses the decoder's rows in either case. */
        INDEPENDENT
    }

    /** Checks the ranges. */
    public DictionaryInitialization {
        InvalidInputException.require(
                decoderNorm > 0 && Double.isFinite(decoderNorm),
                "the first decoder norm",
                decoderNorm,
                "a positive number");
        InvalidInputException.require(
                encoderScale > 0 && Double.isFinite(encoderScale),
                "the first encoder scale",
                encoderScale,
                "a positive number");
        InvalidInputException.require(
                activeShare >= 0 && activeShare < 1, "the first share of active latents", activeShare, "0 ≤ share < 1");
    }

    /**
     * Returns the start of methods that keep decoder rows at norm 1: the decoder bias at the geometric median, decoder rows of norm 1, the
     * encoder their transpose, encoder biases 0.
     *
     * @return the default
     */
    public static DictionaryInitialization standard() {
        return new DictionaryInitialization(DecoderBias.GEOMETRIC_MEDIAN, 1, Encoder.TRANSPOSED, 1, 0);
    }

    /**
     * Returns the default of a method: {@link #standard()} with its {@linkplain TrainingMethod#initialDecoderNorm decoder norm}.
     *
     * @param method the method
     * @return the default
     */
    public static DictionaryInitialization of(TrainingMethod method) {
        return standard().decoderNorm(method.initialDecoderNorm());
    }

    /**
     * Returns this start with another decoder bias.
     *
     * @param start the initial value
     * @return the start
     */
    public DictionaryInitialization decoderBias(DecoderBias start) {
        return new DictionaryInitialization(start, decoderNorm, encoder, encoderScale, activeShare);
    }

    /**
     * Returns this start with decoder rows of another norm.
     *
     * @param norm of each, such as SAELens's 0.1
     * @return the start
     */
    public DictionaryInitialization decoderNorm(double norm) {
        return new DictionaryInitialization(decoderBias, norm, encoder, encoderScale, activeShare);
    }

    /**
     * Returns this start with another encoder.
     *
     * @param start the initial value
     * @param scale the factor of the transpose
     * @return the start
     */
    public DictionaryInitialization encoder(Encoder start, double scale) {
        return new DictionaryInitialization(decoderBias, decoderNorm, start, scale, activeShare);
    }

    /**
     * Returns this start with encoder biases that make each latent active on a share of the first batch.
     *
     * @param share of the rows; 0 for biases at 0
     * @return the start
     */
    public DictionaryInitialization activeShare(double share) {
        return new DictionaryInitialization(decoderBias, decoderNorm, encoder, encoderScale, share);
    }
}
