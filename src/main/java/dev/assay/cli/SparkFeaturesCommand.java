package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.spark.SparkDriver;
import dev.assay.spark.SparkFeatures;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code assay spark features}: builds the feature store of a dictionary with the executors of a cluster. */
@Command(
        name = "features",
        description =
                "Builds the feature store of a dictionary, which assay inspect and assay serve read. Rerun the same command to resume an"
                        + " interrupted job.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SparkFeaturesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @ParentCommand
    private SparkCommand parent;

    @Parameters(paramLabel = "DIR", description = SparkOptions.DICTIONARY)
    private String name;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "folder of the feature store, on any Hadoop file system (default: features in the folder of the dictionary)")
    private String out;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "number of tokens to read for the feature store (default ${DEFAULT-VALUE})")
    private long tokens;

    @Option(names = "--rebuild", description = "rebuild the feature store even if it exists")
    private boolean rebuild;

    @Mixin
    private PartitionOption partitions;

    @Mixin
    private LoaderOptions source;

    @Mixin(name = SparkOptions.MIXIN)
    private SparkOptions cluster;

    @Override
    public Integer call() throws IOException {
        source.requireOneSite();
        InvalidInputException.requireAtLeast(1, "--tokens", tokens);
        partitions.count();
        return parent.isDriver() ? run() : cluster.submit(name, source);
    }

    private int run() throws IOException {
        String folder = out == null ? name.replaceFirst("/+$", "") + "/features" : out;
        try (SparkDriver driver = SparkDriver.start()) {
            SparkFeatures features =
                    driver.features(name, source.loader()).tokens(tokens).rebuild(rebuild);
            partitions.count().ifPresent(features::partitions);
            SparkFeatures.Result result = features.write(folder);
            result.warnings().forEach(warning -> spec.commandLine().getErr().println("assay: warning: " + warning));
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "%s: %,d latents on %,d tokens; %s%n",
                            folder,
                            result.latents(),
                            result.tokens(),
                            result.parts() == 0 ? "already complete" : "merged from " + result.parts() + " parts")
                    .flush();
        }
        return 0;
    }
}
