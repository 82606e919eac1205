package dev.assay.cli;

import ai.djl.Device;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.Precision;
import dev.assay.run.RunDescription;
import dev.assay.run.SourceModel;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The model that a dictionary is put into: that of its run unless another is named. */
final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description =
                    "a Hugging Face folder, org/name[@revision] of its hub, or assay/stories (default: as trained on)")
    private String model;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            description = "float32, bfloat16 or float16: what the model computes in (default: as trained on)")
    private Precision precision;

    @Mixin
    private DeviceOption place;

    /** Returns the name of the model, or null where none was given. */
    String model() {
        return model;
    }

    Device device() {
        return place.device();
    }

    /** Returns a run with what was given here, and other text unless that is null. */
    RunDescription change(RunDescription run, List<String> text) {
        return run.on(model, text, precision);
    }

    /** Loads the whole model of a run. */
    HookedTransformer load(RunDescription run) throws IOException {
        return SourceModel.whole(run, device());
    }
}
