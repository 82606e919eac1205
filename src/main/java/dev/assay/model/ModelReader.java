package dev.assay.model;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.CheckpointFolder;
import dev.assay.io.JsonObject;
import dev.assay.model.config.Precision;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.internal.family.ConfigFile;
import dev.assay.model.internal.family.Family;
import dev.assay.model.internal.network.LoadedPart;
import dev.assay.model.internal.network.Parameters;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Makes a model of a Hugging Face folder. */
final class ModelReader {
    private ModelReader() {}

    /**
     * How a model is to be read.
     *
     * @param device where it runs
     * @param precision of its products
     * @param sites what is needed of it; everything when there are none
     */
    record Options(Device device, Precision precision, List<HookPoint> sites) {}

    static HookedTransformer read(Path folder, String name, Options options) throws IOException {
        options.precision().require(options.device());
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            ConfigFile file = new ConfigFile(checkpoint.config());
            file.expectBlocksFor(checkpoint.tensorNames().size());
            Family family = Family.of(file);
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

    /** Reads a configuration. */
    static TransformerConfig config(JsonObject json) {
        ConfigFile file = new ConfigFile(json);
        return config(Family.of(file), file);
    }

    /** Reads a configuration; numbers that are each right and do not fit each other are the file's fault too. */
    private static TransformerConfig config(Family family, ConfigFile file) {
        try {
            return family.read(file);
        } catch (InvalidInputException explained) {
            throw explained;
        } catch (IllegalArgumentException misfit) {
            throw new InvalidInputException(file.json().file() + ": " + misfit.getMessage(), misfit);
        }
    }
}
