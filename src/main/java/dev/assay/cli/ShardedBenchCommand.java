package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.bench.ShardedBenchmark;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.sharded.StepTraffic;
import dev.assay.train.spi.TrainingMethod;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code assay bench sharded}: the messages of sharded training, and the modelled time of a step. */
@Command(
        name = "sharded",
        description =
                "Counts the bytes that workers would send to train one dictionary whose latents are divided among them, in a"
                        + " simulation within this process, and models the time of a step on as many machines.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ShardedBenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BenchCommand.Common common;

    @Mixin
    private BenchCommand.Step step;

    @Option(
            names = "--architecture",
            paramLabel = "NAME",
            defaultValue = "topk",
            description = "topk or batchtopk (default ${DEFAULT-VALUE})")
    private String architecture;

    @Option(
            names = "--d-in",
            paramLabel = "N",
            defaultValue = "512",
            description = "width of the activations (default ${DEFAULT-VALUE})")
    private int dIn;

    @Option(
            names = "--d-sae",
            paramLabel = "N",
            defaultValue = "16384",
            description = "latents (default ${DEFAULT-VALUE})")
    private int dSae;

    @Option(
            names = "--slices",
            paramLabel = "N",
            defaultValue = "8",
            description = "slices of the latents, which decide the result (default ${DEFAULT-VALUE})")
    private int slices;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "4",
            description = "workers that share the slices (default ${DEFAULT-VALUE})")
    private int workers;

    @Option(
            names = "--gigabits",
            paramLabel = "X",
            defaultValue = "10",
            description = "assumed bandwidth of a worker's network in gigabits per second (default ${DEFAULT-VALUE})")
    private double gigabits;

    @Option(
            names = "--latency",
            paramLabel = "US",
            defaultValue = "100",
            description = "assumed microseconds per exchange (default ${DEFAULT-VALUE})")
    private double latency;

    @Option(
            names = "--message-time",
            paramLabel = "US",
            defaultValue = "5",
            description = "assumed microseconds of a worker per message (default ${DEFAULT-VALUE})")
    private double perMessage;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "4",
            description = "number of measured steps (default ${DEFAULT-VALUE})")
    private int steps;

    @Override
    public Integer call() {
        InvalidInputException.requireAtLeast(1, "--d-in", dIn);
        InvalidInputException.requireAtLeast(1, "--d-sae", dSae);
        InvalidInputException.requireAtLeast(1, "--batch", step.batch());
        InvalidInputException.requireAtLeast(1, "--steps", steps);
        TrainingMethod method = TrainingMethods.create(architecture, step.k(), dSae);
        InvalidInputException.require(
                method.supportsSlices(),
                () -> "--architecture is " + architecture
                        + ", expected topk or batchtopk: other methods have no slices");
        ShardedBenchmark.Case sizes =
                new ShardedBenchmark.Case(method, dIn, dSae, step.batch(), step.k(), slices, workers);
        StepTraffic.Network network = new StepTraffic.Network(gigabits, latency, perMessage);
        return common.print(spec, ShardedBenchmark.run(sizes, network, steps, common.warmup(), common.device()));
    }
}
