package dev.assay.cli;

import dev.assay.checkpoint.ComparisonReport;
import dev.assay.io.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Options and output of the comparisons with recorded tensors. */
final class ComparisonOptions {
    @Option(
            names = "--expected",
            paramLabel = "FILE",
            description = "file of inputs and expected outputs (default: expected.safetensors in the folder)")
    private Path expected;

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            defaultValue = "1e-4",
            description = "largest absolute difference that passes (default ${DEFAULT-VALUE})")
    private double tolerance;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    /** Returns the file that was named, or the default one in the compared folder. */
    Path expected(Path folder) {
        return expected == null ? folder.resolve("expected.safetensors") : expected;
    }

    double tolerance() {
        return tolerance;
    }

    /** Prints a report and returns its exit code. */
    int print(ComparisonReport report, CommandSpec spec) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? Json.pretty(report.toJson()) : report.toText());
        out.flush();
        return report.passed() ? 0 : 1;
    }
}
