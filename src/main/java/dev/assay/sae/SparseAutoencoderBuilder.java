package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Builder of a {@link SparseAutoencoder}. Architecture and weights are required. */
public final class SparseAutoencoderBuilder {
    Architecture architecture;
    Weights weights;
    InputOptions input;
    SaeMetadata metadata = SaeMetadata.builder().build();
    NDArray density;

    SparseAutoencoderBuilder() {}

    /**
     * Sets the architecture.
     *
     * @param value the architecture
     * @return this
     */
    public SparseAutoencoderBuilder architecture(Architecture value) {
        architecture = value;
        return this;
    }

    /**
     * Sets the arrays.
     *
     * @param value the arrays, copied when the dictionary is built; the dictionary uses their device
     * @return this
     */
    public SparseAutoencoderBuilder weights(Weights value) {
        weights = value;
        return this;
    }

    /**
     * Sets the preprocessing of activations. A dictionary whose metadata name one site with heads, such as {@code hook_z}, always joins them.
     *
     * @param value the options, by default {@link InputOptions#CENTRED}, or {@link InputOptions#PLAIN} for a transcoder
     * @return this
     */
    public SparseAutoencoderBuilder input(InputOptions value) {
        input = value;
        return this;
    }

    /**
     * Sets the provenance of the dictionary.
     *
     * @param value the metadata, by default without fields
     * @return this
     */
    public SparseAutoencoderBuilder metadata(SaeMetadata value) {
        metadata = value;
        return this;
    }

    /**
     * Sets the firing frequency of each latent.
     *
     * @param value [d_sae], the share of tokens with an active code, copied; null if unknown
     * @return this
     */
    public SparseAutoencoderBuilder density(NDArray value) {
        density = value;
        return this;
    }

    /**
     * Builds the dictionary.
     *
     * @return the dictionary, to be closed
     * @throws InvalidInputException if the weights do not match the architecture
     */
    public SparseAutoencoder build() {
        if (architecture == null || weights == null) {
            throw new IllegalStateException("a dictionary needs an architecture and weights");
        }
        if (input == null) {
            input = architecture.reconstructsInput() ? InputOptions.CENTRED : InputOptions.PLAIN;
        }
        if (MetadataSites.joinsHeads(metadata) && !input.joinHeads()) {
            input = new InputOptions(input.normalization(), input.subtractDecoderBias(), true);
        }
        check();
        return new SparseAutoencoder(this);
    }

    private void check() {
        int dIn = weights.dIn();
        int dSae = weights.dSae();
        int dOut = weights.dOut();
        architecture.check(dSae);
        if (architecture.reconstructsInput() && dOut != dIn) {
            throw new InvalidInputException("the decoder has width " + dOut + " and the encoder width " + dIn
                    + ", expected equal widths unless the architecture is a transcoder");
        }
        if (!architecture.reconstructsInput() && input.subtractDecoderBias()) {
            throw new InvalidInputException(
                    "the input options of a transcoder subtract the decoder bias, expected no subtraction because the"
                            + " bias belongs to its output");
        }
        Map<String, Shape> expected = architecture.extraShapes(dIn, dSae, dOut);
        Map<String, Shape> found = new HashMap<>();
        weights.extra().forEach((name, array) -> found.put(name, array.getShape()));
        if (!found.equals(expected)) {
            throw new InvalidInputException("the weights contain the extra arrays " + new TreeMap<>(found)
                    + ", expected " + new TreeMap<>(expected) + " for the architecture " + architecture.id());
        }
    }
}
