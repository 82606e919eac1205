package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import dev.assay.sae.Architecture;
import dev.assay.sae.JumpRelu;
import java.util.Map;

/**
 * The form of a trained dictionary, apart from encoder, decoder and their biases.
 *
 * @param architecture its architecture
 * @param extra additional arrays of the architecture, by their names in the file
 * @param foldsDecoderNorms whether the norms of decoder rows are moved into the encoder
 */
public record TrainedParameters(Architecture architecture, Map<String, NDArray> extra, boolean foldsDecoderNorms) {
    /**
     * Returns a form without additional arrays.
     *
     * @param architecture its architecture
     * @return the form
     */
    public static TrainedParameters of(Architecture architecture) {
        return new TrainedParameters(architecture, Map.of(), false);
    }

    /**
     * Returns a JumpReLU dictionary.
     *
     * @param thresholds [d_sae]
     * @return the form
     */
    public static TrainedParameters jumpRelu(NDArray thresholds) {
        return new TrainedParameters(new JumpRelu(), Map.of(JumpRelu.THRESHOLD, thresholds), false);
    }

    /**
     * Moves the norms of decoder rows into the encoder.
     *
     * @return the form
     */
    public TrainedParameters foldingDecoderNorms() {
        return new TrainedParameters(architecture, extra, true);
    }
}
