package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Collects the parts of a dictionary; architecture and weights are needed. */
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
     * @param value copied when the dictionary is built; their device becomes its device
     * @return this
     */
    public SparseAutoencoderBuilder weights(Weights value) {
        weights = value;
        return this;
    }

    /**
     * Sets what happens to activations before they are encoded.
     *
     * @param value by default {@link InputOptions#CENTRED}, of a transcoder {@link InputOptions#PLAIN}
     * @return this
     */
    public SparseAutoencoderBuilder input(InputOptions value) {
        input = value;
        return this;
    }

    /**
     * Sets where the dictionary comes from.
     *
     * @param value by default without any field
     * @return this
     */
    public SparseAutoencoderBuilder metadata(SaeMetadata value) {
        metadata = value;
        return this;
    }

    /**
     * Sets how often each latent fires.
     *
     * @param value [d_sae], the share of tokens, copied; or null if it is not known
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
     * @throws InvalidInputException if architecture and weights do not fit
     */
    public SparseAutoencoder build() {
        if (architecture == null || weights == null) {
            throw new IllegalStateException("a dictionary needs an architecture and weights");
        }
        if (input == null) {
            input = architecture.reconstructsInput() ? InputOptions.CENTRED : InputOptions.PLAIN;
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
            throw new InvalidInputException("the decoder is " + dOut + " wide and the encoder " + dIn
                    + ", expected the same unless the architecture is a transcoder's");
        }
        if (!architecture.reconstructsInput() && input.subtractDecoderBias()) {
            throw new InvalidInputException("the decoder's bias is to be subtracted from the input of a transcoder,"
                    + " expected no such option, as the bias belongs to its output");
        }
        Map<String, Shape> expected = architecture.extraShapes(dIn, dSae, dOut);
        Map<String, Shape> found = new HashMap<>();
        weights.extra().forEach((name, array) -> found.put(name, array.getShape()));
        if (!found.equals(expected)) {
            throw new InvalidInputException("beside the usual four arrays the weights hold " + new TreeMap<>(found)
                    + ", expected " + new TreeMap<>(expected) + " for the architecture " + architecture.id());
        }
    }
}
