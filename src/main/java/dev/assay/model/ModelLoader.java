package dev.assay.model;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import dev.assay.model.config.Precision;
import dev.assay.model.hook.HookPoint;
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
     * Sets the device of the model. Default: the CPU.
     *
     * @return this
     */
    public ModelLoader device(Device value) {
        device = value;
        return this;
    }

    /**
     * Sets the precision of the matrix products. Default: float32.
     *
     * @return this
     */
    public ModelLoader precision(Precision value) {
        precision = value;
        return this;
    }

    /**
     * Loads only the embedding and the blocks up to the deepest of some sites. Such a model cannot compute deeper sites or logits.
     *
     * @param points the sites; none means the whole model
     * @return this
     */
    public ModelLoader upTo(HookPoint... points) {
        sites = List.of(points);
        return this;
    }

    /**
     * Loads a model.
     *
     * @param nameOrFolder a Hugging Face folder; {@code org/name} or {@code org/name@revision} on the Hugging Face hub, downloaded
     *     unless it is in the cache; a name of TransformerLens such as {@code gpt2-small}; or {@code assay/stories}, the model that is part
     *     of Assay
     * @return the model
     * @throws InvalidInputException when a file of the model is missing or invalid
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
     * @throws InvalidInputException when a file of the model is missing or invalid
     * @throws IOException when reading fails
     */
    public HookedTransformer load(Path folder) throws IOException {
        ModelLocation.refuseFile(folder.toString());
        return read(folder, folder.toString());
    }

    /**
     * Returns the folder of a model, for files that come with it.
     *
     * @param nameOrFolder as for {@link #load(String)}, without models that are part of Assay
     * @return the folder itself, or that of the snapshot in the cache, downloaded unless it is there
     * @throws InvalidInputException when there is no such model
     * @throws IOException when reading fails
     */
    public static Path folder(String nameOrFolder) throws IOException {
        return ModelLocation.resolve(nameOrFolder);
    }

    private HookedTransformer read(Path folder, String name) throws IOException {
        return ModelReader.read(folder, name, new ModelReader.Options(device, precision, sites));
    }
}
