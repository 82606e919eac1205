package dev.assay.model;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.CheckpointFolder;
import dev.assay.io.JsonObject;
import dev.assay.model.config.Precision;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.internal.family.ModelFamilies;
import dev.assay.model.internal.network.LoadedPart;
import dev.assay.model.internal.network.Parameters;
import dev.assay.model.spi.ConfigFile;
import dev.assay.model.spi.ModelFamily;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reads a model from a Hugging Face folder. */
final class ModelReader {
    private static final int USUAL_BLOCKS = 1_000;

    private ModelReader() {}

    /**
     * Options of loading.
     *
     * @param device the device of the model
     * @param precision the precision of the matrix products
     * @param sites the sites to load the model for; the whole model when empty
     */
    record Options(Device device, Precision precision, List<HookPoint> sites) {}

    static HookedTransformer read(Path folder, String name, Options options) throws IOException {
        options.precision().require(options.device());
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            ConfigFile file = new ConfigFile(checkpoint.config());
            requirePlausibleDepth(file, checkpoint.tensorNames().size());
            ModelFamily family = ModelFamilies.of(file);
            TransformerConfig config = TiedWeights.settle(config(family, file), family, checkpoint);
            LoadedPart part = LoadedPart.upTo(config, options.sites());
            NDManager manager = TorchEngine.newManager(options.device());
            try {
                Parameters parameters =
                        new ParameterLoader(checkpoint, family, config, part, options.precision()).load(manager);
                return new HookedTransformer(name, config, part, manager, parameters, ModelTokenizer.of(folder));
            } catch (IOException | RuntimeException failure) {
                manager.close();
                throw failure;
            }
        }
    }

    /**
     * Rejects a number of blocks far above the number of tensors, which a damaged file may have: planning for the blocks would exhaust
     * the memory. Fewer tensors than blocks are allowed, since a file may hold only the first part of a model.
     */
    private static void requirePlausibleDepth(ConfigFile file, int tensors) {
        int most = Math.max(tensors, USUAL_BLOCKS);
        for (String key : new String[] {"num_hidden_layers", "n_layer"}) {
            String expected = "at most " + most + ", as the checkpoint has " + tensors + " tensors";
            file.expect(key, file.count(key, 1) <= most, expected);
        }
        if (file.json().has("text_config")) {
            requirePlausibleDepth(new ConfigFile(file.json().object("text_config")), tensors);
        }
    }

    /** Reads a configuration. */
    static TransformerConfig config(JsonObject json) {
        ConfigFile file = new ConfigFile(json);
        return config(ModelFamilies.of(file), file);
    }

    /** Reads a configuration. Inconsistent numbers are reported as an error of the file. */
    private static TransformerConfig config(ModelFamily family, ConfigFile file) {
        try {
            return family.read(file);
        } catch (InvalidInputException explained) {
            throw explained;
        } catch (IllegalArgumentException misfit) {
            throw new InvalidInputException(file.json().file() + ": " + misfit.getMessage(), misfit);
        }
    }
}
