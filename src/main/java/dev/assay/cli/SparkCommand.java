package dev.assay.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code assay spark}: runs commands on the executors of a cluster. */
@Command(
        name = "spark",
        description = "Runs commands on the executors of an Apache Spark cluster (docs/spark.md).",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "JOB",
        subcommands = {
            SparkHarvestCommand.class,
            SparkFeaturesCommand.class,
            SparkEvaluateCommand.class,
            SparkSweepCommand.class,
            SparkCleanCommand.class
        })
final class SparkCommand implements Runnable {
    /** Marks a command line of the driver. */
    static final String DRIVER = "--driver";

    @Spec
    private CommandSpec spec;

    @Option(names = DRIVER, hidden = true, description = "run the job in this process, which spark-submit has started")
    private boolean driver;

    /** Returns whether this process is the driver of the job, rather than a process that submits it. */
    boolean isDriver() {
        return driver;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "no job named, expected one of "
                        + String.join(", ", spec.subcommands().keySet()) + " (try --help)");
    }
}
