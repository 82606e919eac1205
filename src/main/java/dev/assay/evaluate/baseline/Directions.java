package dev.assay.evaluate.baseline;

import dev.assay.InvalidInputException;

/**
 * Directions with linear coordinates: {@code c = encoder · (x − origin)} and {@code x̂ = origin + cᵀ · decoder}.
 *
 * @param origin [d]
 * @param encoder [m, d]
 * @param decoder [m, d], unit rows
 * @param signed whether negative coordinates count; otherwise they are 0
 */
public record Directions(double[] origin, double[][] encoder, double[][] decoder, boolean signed) {
    private static final double NORM_TOLERANCE = 1e-3;

    /**
     * Checks shapes and norms.
     *
     * @throws InvalidInputException if there is no direction, a width differs, or a row of the decoder is not of norm 1
     */
    public Directions {
        InvalidInputException.require(decoder.length > 0, "there are no directions, expected at least one");
        InvalidInputException.require(
                encoder.length == decoder.length,
                "the encoder has " + encoder.length + " rows, expected " + decoder.length
                        + ", one per row of the decoder");
        for (int i = 0; i < decoder.length; i++) {
            checkWidth("row " + i + " of the encoder", encoder[i], origin.length);
            checkWidth("row " + i + " of the decoder", decoder[i], origin.length);
            double norm = norm(decoder[i]);
            InvalidInputException.require(
                    Math.abs(norm - 1) <= NORM_TOLERANCE, "the norm of row " + i + " of the decoder", norm, "1");
        }
    }

    private static void checkWidth(String name, double[] row, int width) {
        InvalidInputException.require(
                row.length == width,
                () -> name + " has " + row.length + " numbers, expected " + width + ", the width of the origin");
    }

    private static double norm(double[] row) {
        double squares = 0;
        for (double entry : row) {
            squares += entry * entry;
        }
        return Math.sqrt(squares);
    }
}
