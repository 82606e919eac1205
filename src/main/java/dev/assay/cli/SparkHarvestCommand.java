package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.run.RunDescription;
import dev.assay.spark.SparkDriver;
import dev.assay.spark.SparkHarvest;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code assay spark harvest}: writes the activations of a model on text with the executors of a cluster. */
@Command(
        name = "harvest",
        description =
                "Writes a model's activations to a folder, as assay harvest does. Rerun the same command to resume an interrupted job.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SparkHarvestCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @ParentCommand
    private SparkCommand parent;

    @Mixin
    private RunOptions runOptions;

    @Mixin
    private HarvestOptions options;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "folder of the activations, on any Hadoop file system")
    private String out;

    @Mixin
    private PartitionOption partitions;

    @Mixin(name = SparkOptions.MIXIN)
    private SparkOptions cluster;

    @Override
    public Integer call() throws IOException {
        RunDescription run = options.describe(runOptions);
        InvalidInputException.requireAtLeast(1, "--tokens", options.tokens());
        options.type();
        partitions.count();
        return parent.isDriver() ? run(run) : cluster.submit(List.of(run.model()), List.of());
    }

    private int run(RunDescription run) throws IOException {
        try (SparkDriver driver = SparkDriver.start()) {
            SparkHarvest harvest = driver.harvest(run)
                    .tokens(options.tokens())
                    .type(options.type())
                    .specialTokens(options.specialTokens())
                    .skippingPositions(options.skippedPositions());
            options.shardRows().ifPresent(harvest::shardRows);
            partitions.count().ifPresent(harvest::partitions);
            SparkHarvest.Result result = harvest.write(out);
            result.warnings().forEach(warning -> spec.commandLine().getErr().println("assay: warning: " + warning));
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "%s: %,d activations of %s, %,.1f MB; %s%s%n",
                            out,
                            result.rows(),
                            String.join(", ", run.hooks()),
                            result.bytes() / 1e6,
                            result.written() == 0
                                    ? "already complete"
                                    : result.written() + " of " + result.shards() + " shards written",
                            result.endOfText() ? "; the text has ended" : "")
                    .flush();
        }
        return 0;
    }
}
