package dev.assay.evaluate.benchmark;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Metrics of the weights of each latent.
 *
 * @param encoderBias b_enc, [F]
 * @param encoderNorm the norm of the encoder column, [F]
 * @param encoderDecoderCosine the cosine similarity of encoder column and decoder row, [F]
 * @param maxEncoderCosine the largest cosine similarity with the encoder column of another latent, [F]
 * @param maxDecoderCosine the largest cosine similarity with the decoder row of another latent, [F]
 */
public record WeightMetrics(
        double[] encoderBias,
        double[] encoderNorm,
        double[] encoderDecoderCosine,
        double[] maxEncoderCosine,
        double[] maxDecoderCosine) {
    /**
     * Computes the metrics in O(F² d) operations.
     *
     * @param encoder encoder columns as rows, [F, d]
     * @param encoderBias b_enc, [F]
     * @param decoder decoder rows, [F, d]
     * @return the metrics; the largest similarity of the only latent of a dictionary is NaN
     * @throws InvalidInputException if the numbers of latents differ
     */
    public static WeightMetrics of(double[][] encoder, double[] encoderBias, double[][] decoder) {
        int latents = decoder.length;
        InvalidInputException.require(
                encoder.length == latents && encoderBias.length == latents,
                () -> "the encoder has " + encoder.length + " latents and the bias " + encoderBias.length
                        + ", expected " + latents + " as in the decoder");
        return new WeightMetrics(
                encoderBias.clone(),
                Arrays.stream(encoder).mapToDouble(Rows::norm).toArray(),
                IntStream.range(0, latents)
                        .mapToDouble(latent -> Rows.cosine(encoder[latent], decoder[latent]))
                        .toArray(),
                largestCosines(encoder),
                largestCosines(decoder));
    }

    private static double[] largestCosines(double[][] rows) {
        double[][] unit = Arrays.stream(rows).map(WeightMetrics::unit).toArray(double[][]::new);
        return IntStream.range(0, rows.length)
                .parallel()
                .mapToDouble(row -> IntStream.range(0, rows.length)
                        .filter(other -> other != row)
                        .mapToDouble(other -> Rows.dot(unit[row], unit[other]))
                        .max()
                        .orElse(Double.NaN))
                .toArray();
    }

    private static double[] unit(double[] row) {
        double norm = Rows.norm(row);
        return Arrays.stream(row).map(v -> norm == 0 ? 0 : v / norm).toArray();
    }
}
