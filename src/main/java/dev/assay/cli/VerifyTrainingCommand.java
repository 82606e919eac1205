package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.verify.TrainingReplay;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay verify-training}: replays a training run that another library recorded. */
@Command(
        name = "verify-training",
        description = "Replays a training run recorded by another library, and compares losses and weights.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all differences are within the tolerances of the case",
            "1:a difference exceeds its tolerance",
            "2:unusable input"
        })
final class VerifyTrainingCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "CASE_DIR",
            description = "folder with case.json, init.safetensors, losses.json and final.safetensors")
    private Path folder;

    @Mixin
    private DeviceOption place;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        TrainingReplay.Result result = TrainingReplay.open(folder).run(place.device());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectNode node = Json.mapper().valueToTree(result);
            node.put("passed", result.passed());
            out.print(Json.pretty(node));
        } else {
            print(out, "largest relative difference of each loss", result.losses(), result.lossTolerance());
            print(
                    out,
                    "largest absolute difference after the first step",
                    result.afterFirst(),
                    result.afterFirstTolerance());
            print(out, "largest absolute difference after the last step", result.last(), result.lastTolerance());
            out.println(result.passed() ? "passed" : "FAILED");
        }
        out.flush();
        return result.passed() ? 0 : 1;
    }

    private static void print(PrintWriter out, String title, Map<String, Double> differences, double tolerance) {
        out.printf(Locale.ROOT, "%s (tolerance %.1e)%n", title, tolerance);
        differences.forEach((name, difference) -> out.printf(Locale.ROOT, "  %-32s %.3e%n", name, difference));
    }
}
