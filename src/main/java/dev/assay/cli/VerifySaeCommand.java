package dev.assay.cli;

import dev.assay.checkpoint.ComparisonReport;
import dev.assay.verify.SaeVerification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay verify-sae}: compares a dictionary with tensors computed by SAELens. */
@Command(
        name = "verify-sae",
        description = "Compares a dictionary with tensors computed by SAELens.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all differences are within the tolerance",
            "1:a difference exceeds the tolerance, or the file has unknown tensors",
            "2:unusable input"
        })
final class VerifySaeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "folder of a dictionary of SAELens, sparsify or Gemma Scope")
    private Path folder;

    @Mixin
    private ComparisonOptions options;

    @Mixin
    private DeviceOption place;

    @Override
    public Integer call() throws IOException {
        ComparisonReport report =
                SaeVerification.run(folder, options.expected(folder), options.tolerance(), place.device());
        return options.print(report, spec);
    }
}
