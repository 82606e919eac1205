package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.run.sweep.SweepFile;
import dev.assay.spark.SparkDriver;
import dev.assay.spark.SparkSweep;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code assay spark sweep}: trains the members of a sweep on the executors of a cluster. */
@Command(
        name = "sweep",
        description =
                "Trains the dictionaries of a sweep on stored activations, each in a task of a cluster, and compares them. Rerun the same"
                        + " command to train only those that are missing. Exits with 1 when a member stopped early.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SparkSweepCommand implements Callable<Integer> {
    private static final String PLAN = "--plan";

    @Spec
    private CommandSpec spec;

    @ParentCommand
    private SparkCommand parent;

    @Parameters(paramLabel = "FILE", description = "the sweep on stored activations, in YAML or JSON (docs/sweeps.md)")
    private Path file;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "folder of the table, the plot and one folder per dictionary, on any Hadoop file system")
    private String out;

    @Option(
            names = "--members-per-task",
            paramLabel = "N",
            defaultValue = "1",
            description = "dictionaries that a task trains in one pass over the activations (default ${DEFAULT-VALUE})")
    private int membersPerTask;

    @Option(names = "--json", description = "print the table as one JSON object")
    private boolean json;

    @Option(names = PLAN, hidden = true, description = "the content of FILE as JSON, for the driver")
    private String plan; // null where the file is read

    @Mixin(name = SparkOptions.MIXIN)
    private SparkOptions cluster;

    @Override
    public Integer call() throws IOException {
        JsonObject fields = plan == null
                ? SweepFile.fields(file)
                : JsonObject.of(file, (ObjectNode) Json.mapper().readTree(plan));
        SweepFile sweep = SweepFile.of(fields);
        InvalidInputException.require(
                sweep.activations() != null,
                () -> file
                        + ": no field \"activations\", expected activations of assay spark harvest or assay harvest");
        InvalidInputException.require(
                !HeldOut.isAsked(sweep.options()),
                () -> file + ": evaluate_every is set, expected it with a model: stored activations have none");
        InvalidInputException.requireAtLeast(1, "--members-per-task", membersPerTask);
        return parent.isDriver()
                ? run(fields)
                : cluster.submit(List.of(), List.of(PLAN, fields.node().toString()));
    }

    private int run(JsonObject fields) throws IOException {
        PrintWriter errors = spec.commandLine().getErr();
        try (SparkDriver driver = SparkDriver.start()) {
            SparkSweep.Result result = driver.sweep(fields, out)
                    .membersPerTask(membersPerTask)
                    .warnings(warning -> errors.println("assay: warning: " + warning))
                    .run();
            return SweepCommand.print(spec.commandLine(), json, result.table(), result.json());
        }
    }
}
