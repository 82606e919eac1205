package dev.assay.audit.diff;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.sae.Dictionary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The latents of a crosscoder, a dictionary that reads and writes the concatenated activations of a base and a tuned model (Lindsey et al.,
 * "Sparse Crosscoders for Cross-Layer Features and Model Diffing", 2024). The first half of the columns is of the base model.
 */
public final class CrosscoderDiff {
    private CrosscoderDiff() {}

    /**
     * A latent in both models.
     *
     * @param latent the latent
     * @param baseNorm the norm of its direction in the base model
     * @param tunedNorm the norm of its direction in the tuned model
     * @param cosine the cosine of both directions; 0 if one is zero
     */
    public record CrosscoderLatent(int latent, double baseNorm, double tunedNorm, double cosine) {
        /**
         * Returns the share of the tuned model in the norms.
         *
         * @return 0 for a latent of the base model only, 1 for one of the tuned model only; 0.5 if both norms are 0
         */
        public double tunedShare() {
            double both = baseNorm + tunedNorm;
            return both > 0 ? tunedNorm / both : 0.5;
        }
    }

    /**
     * Computes the decoder norms of both models.
     *
     * @param crosscoder a dictionary whose reconstruction has equal halves for both models
     * @param modelWidth the width of the site in each model
     * @return all latents by falling share of the tuned model, ties by number
     * @throws InvalidInputException if the reconstruction has another width than both models together
     */
    public static List<CrosscoderLatent> of(Dictionary crosscoder, int modelWidth) {
        int width = crosscoder.dOut();
        InvalidInputException.require(
                width == 2 * modelWidth,
                () -> "the crosscoder writes " + width + " columns, expected " + 2 * modelWidth + ": " + modelWidth
                        + " of the base model and " + modelWidth + " of the tuned model");
        float[] decoder;
        try (Lifetime.Use use = crosscoder.use()) {
            NDArray directions = crosscoder.decoder();
            decoder = directions.toFloatArray();
        }
        List<CrosscoderLatent> latents = new ArrayList<>();
        for (int latent = 0; latent < crosscoder.dSae(); latent++) {
            latents.add(latent(latent, decoder, width));
        }
        latents.sort(Comparator.comparingDouble((CrosscoderLatent each) -> -each.tunedShare())
                .thenComparingInt(CrosscoderLatent::latent));
        return latents;
    }

    private static CrosscoderLatent latent(int latent, float[] decoder, int width) {
        double base = 0;
        double tuned = 0;
        double product = 0;
        for (int column = 0; column < width / 2; column++) {
            double inBase = decoder[latent * width + column];
            double inTuned = decoder[latent * width + width / 2 + column];
            base += inBase * inBase;
            tuned += inTuned * inTuned;
            product += inBase * inTuned;
        }
        double norms = Math.sqrt(base) * Math.sqrt(tuned);
        return new CrosscoderLatent(latent, Math.sqrt(base), Math.sqrt(tuned), norms > 0 ? product / norms : 0);
    }
}
