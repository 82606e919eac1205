package dev.assay.cli;

import dev.assay.spark.SparkDriver;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code assay spark clean}: deletes the files of an abandoned job. */
@Command(
        name = "clean",
        description =
                "Deletes the files that lost tasks or an abandoned job have left in an output folder. No job may be running there.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SparkCleanCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @ParentCommand
    private SparkCommand parent;

    @Parameters(paramLabel = "DIR", description = "output folder of a job, on any Hadoop file system")
    private String folder;

    @Mixin(name = SparkOptions.MIXIN)
    private SparkOptions cluster;

    @Override
    public Integer call() throws IOException {
        if (!parent.isDriver()) {
            return cluster.submit(List.of(), List.of());
        }
        try (SparkDriver driver = SparkDriver.start()) {
            List<String> deleted = driver.clean(folder);
            deleted.forEach(file -> spec.commandLine().getOut().println("deleted " + folder + "/" + file));
            spec.commandLine().getOut().println(folder + ": " + deleted.size() + " files deleted");
            spec.commandLine().getOut().flush();
        }
        return 0;
    }
}
