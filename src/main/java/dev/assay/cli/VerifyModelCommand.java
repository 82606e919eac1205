package dev.assay.cli;

import dev.assay.checkpoint.ComparisonReport;
import dev.assay.model.HookedTransformer;
import dev.assay.model.ModelLoader;
import dev.assay.verify.ModelVerification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay verify-model}: compares a transformer with tensors computed by Hugging Face transformers. */
@Command(
        name = "verify-model",
        description = "Compares a transformer with tensors computed by Hugging Face transformers;"
                + " scripts/export_reference.py writes such a file.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all differences are within the tolerance",
            "1:a difference exceeds the tolerance, or the file has unknown tensors",
            "2:unusable input"
        })
final class VerifyModelCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            description = "folder of a Hugging Face model, hub name org/name[@revision], or assay/stories")
    private String name;

    @Mixin
    private ComparisonOptions options;

    @Mixin
    private DeviceOption place;

    @Override
    public Integer call() throws IOException {
        try (HookedTransformer model = HookedTransformer.load(name, place.device())) {
            ComparisonReport report = ModelVerification.compare(model, options.expected(folder()), options.tolerance());
            return options.print(report, spec);
        }
    }

    /** Returns the folder of the expected outputs: that of the model, also in the cache of the hub. */
    private Path folder() throws IOException {
        return name.startsWith("assay/") ? Path.of(name) : ModelLoader.folder(name);
    }
}
