package dev.assay.evaluate.benchmark;

import java.util.stream.IntStream;

/**
 * The direction of a concept and its relation to the latents of a dictionary.
 *
 * @param unit the unit direction, [d]
 * @param latents the latents that represent the concept
 * @param products the scalar product of each decoder row and the unit direction, [F]
 * @param cosines the cosine similarity of each decoder row and the direction, [F]
 */
public record ConceptDirection(double[] unit, int[] latents, double[] products, double[] cosines) {
    /**
     * Relates a direction to a dictionary.
     *
     * @param direction the weights of a probe, or another direction of the concept, [d]
     * @param latents the latents that represent the concept
     * @param dictionary the dictionary
     * @return the relation
     */
    public static ConceptDirection of(double[] direction, int[] latents, Float64Dictionary dictionary) {
        double norm = Rows.norm(direction);
        double[] unit = new double[direction.length];
        Rows.add(unit, norm == 0 ? 0 : 1 / norm, direction);
        double[] products = IntStream.range(0, dictionary.latents())
                .mapToDouble(latent -> Rows.dot(unit, dictionary.direction(latent)))
                .toArray();
        double[] cosines = IntStream.range(0, dictionary.latents())
                .mapToDouble(latent -> Rows.cosine(unit, dictionary.direction(latent)))
                .toArray();
        return new ConceptDirection(unit, latents, products, cosines);
    }

    /** Returns the contribution of each latent along the direction, [F]. */
    double[] projections(double[] code) {
        return IntStream.range(0, code.length)
                .mapToDouble(latent -> code[latent] * products[latent])
                .toArray();
    }
}
