package dev.assay.model;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.internal.network.LoadedPart;
import dev.assay.model.internal.network.Parameters;
import dev.assay.model.internal.network.WeightInitialization;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Creates an untrained model, initialised like GPT-2 (Radford et al. 2019, section 2.3): normal weights with standard deviation 0.02,
 * divided by √(2·layers) in the layers that write to the residual stream; zero biases; norm weights 1.
 *
 * <pre>{@code
 * HookedTransformer model = HookedTransformer.initializer(config).seed(1).create();
 * }</pre>
 */
public final class ModelInitializer {
    /** The default standard deviation of a weight. */
    public static final double DEVIATION = 0.02;

    private final TransformerConfig config;
    private String name = "random";
    private long seed;
    private double embeddingDeviation = DEVIATION;
    private ModelTokenizer tokenizer = ModelTokenizer.none();
    private Device device = Device.cpu();

    ModelInitializer(TransformerConfig config) {
        this.config = config;
    }

    /**
     * Sets the name of the model, by default {@code random}.
     *
     * @return this
     */
    public ModelInitializer name(String value) {
        name = value;
        return this;
    }

    /**
     * Sets the seed of the weights, by default 0.
     *
     * @return this
     */
    public ModelInitializer seed(long value) {
        seed = value;
        return this;
    }

    /**
     * Sets the standard deviation of the token embedding, by default 0.02.
     *
     * @return this
     */
    public ModelInitializer embeddingDeviation(double value) {
        embeddingDeviation = value;
        return this;
    }

    /**
     * Reads the tokenizer of a Hugging Face folder. By default, the model has no tokenizer.
     *
     * @return this
     * @throws dev.assay.InvalidInputException when the folder has no usable tokenizer
     * @throws IOException when the folder cannot be read
     */
    public ModelInitializer tokenizer(Path folder) throws IOException {
        return own(Tokenizer.load(folder));
    }

    /**
     * Copies a tokenizer. By default, the model has no tokenizer.
     *
     * @param original the tokenizer, whose files may have been deleted since it was loaded
     * @return this
     * @throws IOException when the copy cannot be built
     */
    public ModelInitializer tokenizer(Tokenizer original) throws IOException {
        return own(original.copy());
    }

    private ModelInitializer own(Tokenizer loaded) {
        tokenizer.close();
        tokenizer = ModelTokenizer.of(loaded);
        return this;
    }

    /**
     * Shares the tokenizer of another model. That model closes it, so it must stay open as long as the new one encodes text.
     *
     * @param model with or without a tokenizer
     * @return this
     */
    public ModelInitializer tokenizerOf(HookedTransformer model) {
        tokenizer.close();
        tokenizer = model.tokenizer.shared();
        return this;
    }

    /**
     * Sets the device, by default the CPU.
     *
     * @return this
     */
    public ModelInitializer device(Device value) {
        device = value;
        return this;
    }

    /** {@return a new model, which closes its tokenizer unless it shares it} */
    public HookedTransformer create() {
        NDManager manager = TorchEngine.newManager(device);
        try {
            Parameters parameters = WeightInitialization.normal(config, seed, embeddingDeviation, manager);
            return new HookedTransformer(name, config, LoadedPart.whole(config), manager, parameters, tokenizer);
        } catch (RuntimeException failure) {
            manager.close();
            throw failure;
        }
    }
}
