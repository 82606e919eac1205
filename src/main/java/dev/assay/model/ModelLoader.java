package dev.assay.model;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import dev.assay.model.config.Precision;
import dev.assay.model.hook.HookPoint;
import dev.assay.verify.PrecisionError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Loads a model with options.
 *
 * <pre>{@code
 * HookedTransformer model = HookedTransformer.loader()
 *         .device(Device.gpu())
 *         .upTo(HookPoint.residPost(3))
 *         .load("models/pythia-70m");
 * }</pre>
 */
public final class ModelLoader {
    private Device device = Device.cpu();
    private Precision precision = Precision.FLOAT32;
    private List<HookPoint> sites = List.of();

    ModelLoader() {}

    /**
     * Sets where the model runs.
     *
     * @param place the CPU unless set
     * @return this
     */
    public ModelLoader device(Device place) {
        device = place;
        return this;
    }

    /**
     * Sets what the matrix products compute in. {@link PrecisionError} measures what it costs.
     *
     * @param type float32 unless set
     * @return this
     */
    public ModelLoader precision(Precision type) {
        precision = type;
        return this;
    }

    /**
     * Reads only the weights that some sites need: the embedding and the blocks up to the deepest of them. What lies deeper, the
     * logits among it, cannot be had of such a model.
     *
     * @param points the sites; none given means the whole model
     * @return this
     */
    public ModelLoader upTo(HookPoint... points) {
        sites = List.of(points);
        return this;
    }

    /**
     * Loads a model.
     *
     * @param nameOrFolder a folder of Hugging Face; or {@code org/name} or {@code org/name@revision} of its hub, from the cache or
     *     else downloaded; or {@code assay/stories} for the model that comes with Assay
     * @return the model
     * @throws InvalidInputException when something in the folder is missing or unusable
     * @throws IOException when reading fails
     */
    public HookedTransformer load(String nameOrFolder) throws IOException {
        return EmbeddedModel.isName(nameOrFolder)
                ? EmbeddedModel.read(nameOrFolder, this::read)
                : read(ModelLocation.resolve(nameOrFolder), nameOrFolder);
    }

    /**
     * Loads a model.
     *
     * @param folder {@code config.json}, {@code model.safetensors} or shards, and, for text, {@code tokenizer.json}
     * @return the model
     * @throws InvalidInputException when something in the folder is missing or unusable
     * @throws IOException when reading fails
     */
    public HookedTransformer load(Path folder) throws IOException {
        ModelLocation.refuseFile(folder.toString());
        return read(folder, folder.toString());
    }

    private HookedTransformer read(Path folder, String name) throws IOException {
        return ModelReader.read(folder, name, new ModelReader.Options(device, precision, sites));
    }
}
