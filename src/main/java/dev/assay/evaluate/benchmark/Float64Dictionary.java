package dev.assay.evaluate.benchmark;

import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.sae.Dictionary;
import java.util.Arrays;

/** A dictionary that encodes rows of float64 numbers. */
public interface Float64Dictionary {
    /** {@return the number of latents, F} */
    int latents();

    /**
     * Computes the codes of activations.
     *
     * @param x activations, [n, d]
     * @return codes, [n, F]
     */
    double[][] encode(double[][] x);

    /**
     * Reconstructs activations.
     *
     * @param x activations, [n, d]
     * @return reconstructions, [n, d]
     */
    double[][] reconstruct(double[][] x);

    /**
     * Returns the decoder direction of a latent. A latent contributes its code times its direction to the reconstruction.
     *
     * @param latent index of the latent
     * @return [d], not a copy
     */
    double[] direction(int latent);

    /**
     * Creates a dictionary with {@code f = relu((x − b_dec) · W_enc + b_enc)} and {@code x̂ = f · W_dec + b_dec}, computed in float64.
     *
     * @param encoder W_enc, [d, F]
     * @param encoderBias b_enc, [F]
     * @param decoder W_dec, [F, d]
     * @param decoderBias b_dec, [d]
     * @return the dictionary
     * @throws InvalidInputException if the shapes disagree
     */
    static Float64Dictionary relu(double[][] encoder, double[] encoderBias, double[][] decoder, double[] decoderBias) {
        int latents = encoderBias.length;
        int width = decoderBias.length;
        InvalidInputException.require(
                encoder.length == width && Arrays.stream(encoder).allMatch(row -> row.length == latents),
                () -> "the encoder has " + encoder.length + " rows of " + (encoder.length == 0 ? 0 : encoder[0].length)
                        + " entries, expected " + width + " rows of " + latents + " as the biases have");
        InvalidInputException.require(
                decoder.length == latents && Arrays.stream(decoder).allMatch(row -> row.length == width),
                () -> "the decoder has " + decoder.length + " rows of " + (decoder.length == 0 ? 0 : decoder[0].length)
                        + " entries, expected " + latents + " rows of " + width + " as the biases have");
        return new ReluDictionary(encoder, encoderBias, decoder, decoderBias);
    }

    /**
     * Wraps a dictionary, which encodes in float32 on its device.
     *
     * @param dictionary the dictionary, which must stay open
     * @param manager a manager on the device of the dictionary
     * @return the dictionary
     * @throws InvalidInputException if the dictionary predicts another site
     */
    static Float64Dictionary of(Dictionary dictionary, NDManager manager) {
        InvalidInputException.require(
                !dictionary.transcodes(),
                "the dictionary is a transcoder, expected one that reconstructs the activations that it reads");
        return new ArrayDictionary(dictionary, manager);
    }
}
