package dev.assay.feature.compare;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.InvalidInputException;
import dev.assay.sae.Weights;
import dev.assay.tensor.Aten;
import dev.assay.tensor.ChunkSizes;
import dev.assay.tensor.Scope;

/** Finds the most similar latents of two dictionaries by their directions. */
final class DictionaryMatching {
    private static final long SEED = 20_240_229;

    private DictionaryMatching() {}

    /** Matches by the cosine of directions, [latents, d] each. */
    static BestMatches ofDirections(NDArray a, NDArray b) {
        if (a.getShape().get(1) != b.getShape().get(1)) {
            throw new InvalidInputException("the directions of one dictionary have "
                    + a.getShape().get(1) + " numbers, those of the other "
                    + b.getShape().get(1) + ", expected equally many; compare activations instead");
        }
        int rows = (int) a.getShape().get(0);
        int columns = (int) b.getShape().get(0);
        int step = ChunkSizes.rowsWithin(ChunkSizes.PRODUCT, columns);
        BestMatches best = new BestMatches(rows, columns);
        try (Scope scope = Scope.open()) {
            NDArray unitA = unit(a);
            NDArray unitB = unit(b);
            for (int first = 0; first < rows; first += step) {
                offer(best, unitA, unitB, first, Math.min(rows, first + step));
            }
        }
        return best;
    }

    private static void offer(BestMatches best, NDArray unitA, NDArray unitB, int first, int end) {
        try (Scope scope = Scope.open()) {
            float[] cosines = Aten.linear(unitA.get(new NDIndex("{}:{}", first, end)), unitB, null)
                    .toFloatArray();
            int columns = cosines.length / (end - first);
            for (int i = 0; i < cosines.length; i++) {
                best.offer(first + i / columns, i % columns, Math.min(1, cosines[i]));
            }
        }
    }

    /** Normalizes directions; zeros stay zeros. */
    private static NDArray unit(NDArray directions) {
        return directions.div(Aten.rowNorms(directions).maximum(Float.MIN_NORMAL));
    }

    /** Matches a dictionary with random directions, as many as b has. */
    static BestMatches ofRandomDirections(NDArray a, NDArray b) {
        try (Scope scope = Scope.open()) {
            long latents = b.getShape().get(0);
            return ofDirections(
                    a,
                    Weights.controlDirections(
                            a.getManager(), (int) latents, (int) a.getShape().get(1), SEED));
        }
    }
}
