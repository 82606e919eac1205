package dev.assay.cli;

import dev.assay.checkpoint.ComparisonReport;
import dev.assay.io.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What every comparison with recorded tensors takes, and how it answers. */
final class ComparisonOptions {
    @Option(
            names = "--expected",
            paramLabel = "FILE",
            description = "inputs and expected outputs (default: expected.safetensors in the folder)")
    private Path expected;

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            defaultValue = "1e-4",
            description = "largest absolute difference (default ${DEFAULT-VALUE})")
    private double tolerance;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    /** The file that was named, or the usual one in the folder of what is compared. */
    Path expected(Path folder) {
        return expected == null ? folder.resolve("expected.safetensors") : expected;
    }

    double tolerance() {
        return tolerance;
    }

    /** Prints a report and returns the exit code that it means. */
    int print(ComparisonReport report, CommandSpec spec) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? Json.pretty(report.toJson()) : report.toText());
        out.flush();
        return report.passed() ? 0 : 1;
    }
}
