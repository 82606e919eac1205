package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;

/** Collects the parts of a dictionary; architecture and weights are needed. */
public final class SparseAutoencoderBuilder {
    Architecture architecture;
    Weights weights;
    InputOptions input = InputOptions.CENTRED;
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
     * @param value by default {@link InputOptions#CENTRED}
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
        return new SparseAutoencoder(this);
    }
}
