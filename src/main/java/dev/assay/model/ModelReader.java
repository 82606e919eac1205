package dev.assay.model;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Path;

/** Makes a model of a Hugging Face folder. */
final class ModelReader {
    private ModelReader() {}

    static HookedTransformer read(Path folder, Device device, String name) throws IOException {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            ConfigFile file = new ConfigFile(checkpoint.config());
            Family family = Family.of(file);
            TransformerConfig config = TiedWeights.settle(config(family, file), family, checkpoint);
            NDManager manager = NDManager.newBaseManager(device, "PyTorch");
            try {
                Parameters parameters = new ParameterLoader(checkpoint, family, config).load(manager);
                return new HookedTransformer(name, config, manager, parameters, ModelTokenizer.of(folder));
            } catch (IOException | RuntimeException failure) {
                manager.close();
                throw failure;
            }
        }
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
