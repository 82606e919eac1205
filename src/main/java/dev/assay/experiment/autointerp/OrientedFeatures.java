package dev.assay.experiment.autointerp;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.baseline.Baseline;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Map;

/**
 * Directions as features: each direction is one latent, {@code max(c, 0)} of its coordinate c. The sign of a direction is that of the stronger
 * tail on training text, {@code Σ c³ ≥ 0} (Liu and Han, arXiv 2606.11722). The metadata record that text, and scoring refuses features
 * without the record: a sign that is chosen on the scored text would raise the score.
 */
final class OrientedFeatures {
    static final String FIELD = "oriented_on";

    private static final String TEXT = "text";
    private static final String PART = "part";
    private static final String TRAINING = "training documents";

    private OrientedFeatures() {}

    /** Returns the record of a sample of the training documents of a corpus. */
    static Map<String, Object> record(String corpus, long activations) {
        return Map.of(TEXT, corpus, PART, TRAINING, "activations", activations);
    }

    /**
     * Orients the directions of a baseline.
     *
     * @param baseline fitted to activations of the training documents; its metadata have the record of the sample
     * @param sample activations of the training documents, [n, d]
     * @return a dictionary with one latent per direction, closed by the caller
     */
    static Dictionary of(Baseline baseline, NDArray sample) {
        Dictionary dense = baseline.dense();
        if (dense.dSae() == baseline.directions()) {
            return dense; // coordinates are not negative
        }
        try (SparseAutoencoder signed = (SparseAutoencoder) dense;
                Scope scope = Scope.open()) {
            Weights weights = signed.weights();
            NDArray rows = sample.getManager().create(strongerTails(signed, baseline.directions(), sample));
            return signed.toBuilder()
                    .architecture(TopK.of(baseline.directions()))
                    .weights(new Weights(
                            Aten.indexSelect(weights.encoder(), 0, rows),
                            Aten.indexSelect(weights.encoderBias(), 0, rows),
                            Aten.indexSelect(weights.decoder(), 0, rows),
                            weights.decoderBias()))
                    .build();
        }
    }

    /** Returns, for each of m directions, its latent j or the opposite latent m + j. */
    private static long[] strongerTails(SparseAutoencoder signed, int directions, NDArray sample) {
        try (Scope scope = Scope.open()) {
            Weights weights = signed.weights();
            NDArray centred = sample.sub(weights.decoderBias()).toType(DataType.FLOAT64, false);
            NDArray encoder = weights.encoder().toType(DataType.FLOAT64, false);
            NDArray positive = encoder.get("0:" + directions); // [m, d]
            double[] cubes = centred.matMul(positive.transpose())
                    .pow(3)
                    .sum(new int[] {0})
                    .toDoubleArray();
            long[] latents = new long[directions];
            for (int j = 0; j < directions; j++) {
                latents[j] = cubes[j] >= 0 ? j : directions + j;
            }
            return latents;
        }
    }

    /**
     * Refuses features whose orientation has no record, or was found on other text than the training documents of the scored corpus.
     *
     * @param basis the name of the basis
     * @param metadata of its dictionary
     * @param corpus the description of the scored corpus
     */
    static void requireTrainingText(String basis, SaeMetadata metadata, String corpus) {
        JsonNode record = metadata.get(FIELD)
                .orElseThrow(() -> new InvalidInputException("the features of " + basis
                        + " have no record of the text on which they were oriented, expected the training documents of "
                        + corpus));
        boolean training = record.path(PART).asText().equals(TRAINING)
                && record.path(TEXT).asText().equals(corpus);
        InvalidInputException.require(
                training,
                () -> "the features of " + basis + " were oriented on "
                        + record.path(PART).asText() + " of "
                        + record.path(TEXT).asText()
                        + ", expected the training documents of " + corpus);
    }
}
