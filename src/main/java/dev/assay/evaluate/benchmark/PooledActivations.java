package dev.assay.evaluate.benchmark;

import dev.assay.InvalidInputException;

/**
 * The mean activation and the mean codes of each text over its positions.
 *
 * @param x [texts, d]
 * @param codes [texts, F]
 */
public record PooledActivations(double[][] x, double[][] codes) {
    /** Checks the numbers of rows. */
    public PooledActivations {
        int rows = x.length;
        int codeRows = codes.length;
        InvalidInputException.require(
                rows == codeRows,
                () -> "there are " + rows + " activations and " + codeRows + " codes, expected equal numbers");
    }

    /**
     * Encodes every position and computes the means.
     *
     * @param dictionary the dictionary
     * @param sequences the activations
     * @return the means
     */
    public static PooledActivations of(Float64Dictionary dictionary, SequenceActivations sequences) {
        int rows = sequences.texts().size();
        double[][] x = new double[rows][];
        double[][] codes = new double[rows][];
        for (int row = 0; row < rows; row++) {
            double[][] text = sequences.texts().get(row);
            x[row] = Rows.mean(text, text[0].length);
            codes[row] = Rows.mean(dictionary.encode(text), dictionary.latents());
        }
        return new PooledActivations(x, codes);
    }

    /**
     * Returns the mean activations with some latents set to 0 at every position and the reconstruction error kept. Since the mean is linear,
     * {@code mean(x − Σ f_j d_j) = mean(x) − Σ mean(f_j) d_j}.
     *
     * @param dictionary the dictionary of the codes
     * @param latents the latents to set to 0
     * @return [texts, d]
     */
    public double[][] without(Float64Dictionary dictionary, int... latents) {
        double[][] ablated = new double[x.length][];
        for (int row = 0; row < x.length; row++) {
            ablated[row] = x[row].clone();
            for (int latent : latents) {
                Rows.add(ablated[row], -codes[row][latent], dictionary.direction(latent));
            }
        }
        return ablated;
    }
}
