package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.spark.SparkDriver;
import dev.assay.spark.SparkEvaluation;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code assay spark evaluate}: measures a dictionary on held-out text with the executors of a cluster. */
@Command(
        name = "evaluate",
        description =
                "Measures a dictionary on held-out documents, or on all of --text if it does not say which were held out, and"
                        + " writes DIR/evaluation.json.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SparkEvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @ParentCommand
    private SparkCommand parent;

    @Parameters(paramLabel = "DIR", description = SparkOptions.DICTIONARY)
    private String name;

    @Mixin
    private EvaluatedTokens evaluated;

    @Option(
            names = "--concepts",
            description =
                    "on generated stories, also score the latents as detectors of the labelled concepts, next to controls, in one task")
    private boolean concepts;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Mixin
    private PartitionOption partitions;

    @Mixin
    private LoaderOptions source;

    @Mixin(name = SparkOptions.MIXIN)
    private SparkOptions cluster;

    @Override
    public Integer call() throws IOException {
        source.requireOneSite();
        InvalidInputException.requireAtLeast(1, "--tokens", evaluated.tokens());
        InvalidInputException.requireAtLeast(0, "--skip-positions", evaluated.skippedPositions());
        partitions.count();
        return parent.isDriver() ? run() : cluster.submit(name, source);
    }

    private int run() throws IOException {
        try (SparkDriver driver = SparkDriver.start()) {
            SparkEvaluation evaluation = driver.evaluation(name, source.loader())
                    .tokens(evaluated.tokens())
                    .skippingPositions(evaluated.skippedPositions())
                    .concepts(concepts);
            if (evaluated.maxNormRatio() != null) {
                evaluation.maxNormRatio(evaluated.maxNormRatio());
            }
            partitions.count().ifPresent(evaluation::partitions);
            print(evaluation.run());
        }
        return 0;
    }

    private void print(SparkEvaluation.Result result) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.print(Json.pretty(result.json()));
        } else {
            out.print(result.report().toText(result.heldOut() ? "held-out tokens" : "tokens"));
            if (concepts) {
                out.printf("%n%s", result.conceptTable());
            }
        }
        out.flush();
    }
}
