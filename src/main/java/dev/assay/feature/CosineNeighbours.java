package dev.assay.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.feature.report.Neighbour;
import dev.assay.feature.store.SmallestKeys;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * Cosine similarities between the directions of a dictionary:
 *
 * <pre>
 * cosine(i, j) = ⟨d_i, d_j⟩ / (‖d_i‖ ‖d_j‖)
 * </pre>
 *
 * <p>The norms are computed once; a query is one matrix product with all directions. A zero direction has cosine 0.
 */
final class CosineNeighbours {
    private final SparseAutoencoder sae;
    private final NDArray directions; // [d_sae, d], of the dictionary
    private final Neighbour.Measure measure;
    private final float[] norms; // [d_sae]

    private CosineNeighbours(SparseAutoencoder sae, NDArray directions, Neighbour.Measure measure) {
        this.sae = sae;
        this.directions = directions;
        this.measure = measure;
        try (Lifetime.Use use = sae.use();
                Scope scope = Scope.open()) {
            this.norms = Aten.rowNorms(directions).toFloatArray();
        }
    }

    static CosineNeighbours ofDecoder(SparseAutoencoder sae) {
        return new CosineNeighbours(sae, sae.decoder(), Neighbour.Measure.DECODER_COSINE);
    }

    static CosineNeighbours ofEncoder(SparseAutoencoder sae) {
        return new CosineNeighbours(sae, sae.encoder(), Neighbour.Measure.ENCODER_COSINE);
    }

    /** Returns the nearest latents of each latent from {@code first} to {@code end}, exclusive. A latent is not its own neighbour. */
    List<List<Neighbour>> of(int first, int end, int count) {
        try (Lifetime.Use use = sae.use();
                Scope scope = Scope.open()) {
            NDArray queries = directions.get(new NDIndex("{}:{}", first, end));
            float[] products = Aten.linear(queries, directions, null).toFloatArray(); // [queries, d_sae]
            List<List<Neighbour>> neighbours = new ArrayList<>();
            for (int latent = first; latent < end; latent++) {
                float[] cosines = cosines(products, (latent - first) * norms.length, norms[latent]);
                neighbours.add(largest(cosines, latent, count));
            }
            return neighbours;
        }
    }

    /** Returns the cosine of every latent with a direction [d], as [d_sae]. */
    float[] with(float[] direction) {
        long width = directions.getShape().get(1);
        if (direction.length != width) {
            throw new InvalidInputException("the direction has " + direction.length + " numbers, expected " + width);
        }
        try (Lifetime.Use use = sae.use();
                Scope scope = Scope.open()) {
            NDArray queries = directions.getManager().create(direction).reshape(1, direction.length);
            double norm = 0;
            for (float entry : direction) {
                norm += (double) entry * entry;
            }
            return cosines(Aten.linear(queries, directions, null).toFloatArray(), 0, (float) Math.sqrt(norm));
        }
    }

    /** Returns the cosine of every latent with a latent, as [d_sae]. */
    float[] with(int latent) {
        try (Lifetime.Use use = sae.use();
                Scope scope = Scope.open()) {
            NDArray queries = directions.get(new NDIndex("{}:{}", latent, latent + 1));
            return cosines(Aten.linear(queries, directions, null).toFloatArray(), 0, norms[latent]);
        }
    }

    private float[] cosines(float[] products, int offset, float norm) {
        float[] cosines = new float[norms.length];
        for (int i = 0; i < cosines.length; i++) {
            float length = norms[i] * norm;
            cosines[i] = length > 0 ? Math.max(-1, Math.min(1, products[offset + i] / length)) : 0;
        }
        return cosines;
    }

    private List<Neighbour> largest(float[] cosines, int self, int count) {
        SmallestKeys nearest = new SmallestKeys(Math.min(cosines.length, count));
        for (int latent = 0; latent < cosines.length; latent++) {
            if (latent != self) {
                nearest.offer(SmallestKeys.largestFirst(cosines[latent], latent));
            }
        }
        List<Neighbour> neighbours = new ArrayList<>(count);
        for (long key : nearest.rising()) {
            neighbours.add(new Neighbour((int) key, measure, cosines[(int) key]));
        }
        return neighbours;
    }
}
