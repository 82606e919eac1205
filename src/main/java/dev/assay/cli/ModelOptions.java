package dev.assay.cli;

import dev.assay.model.config.Precision;
import dev.assay.run.Run;
import dev.assay.run.RunLoader;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The model to run a dictionary in: by default the model it was trained on. */
final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description =
                    "folder of a Hugging Face model, hub name org/name[@revision], or assay/stories (default: the model of training)")
    private String model;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            description = "precision of the model: float32, bfloat16 or float16 (default: that of training)")
    private Precision precision;

    @Mixin
    private DeviceOption place;

    /** Returns the options of a {@link Run} with the values of the command line. */
    RunLoader loader() {
        RunLoader loader = Run.loader().device(place.device());
        if (model != null) {
            loader.model(model);
        }
        if (precision != null) {
            loader.precision(precision);
        }
        return loader;
    }
}
