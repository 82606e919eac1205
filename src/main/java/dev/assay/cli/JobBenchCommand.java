package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.activation.CachingSource;
import dev.assay.bench.JobBenchmark;
import dev.assay.model.hook.HookPoint;
import dev.assay.run.TextDescription;
import dev.assay.train.method.TrainingMethods;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code assay bench job}: measures a whole job, from text to a trained dictionary. */
@Command(
        name = "job",
        description =
                "Measures a whole job, from a model and text to a saved TopK dictionary: time, memory, and the CPU time next to the"
                        + " sum of its parts.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class JobBenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BenchCommand.Common common;

    @Option(names = "--model", paramLabel = "MODEL", required = true, description = "folder or name of the model")
    private String model;

    @Option(
            names = "--text",
            paramLabel = "TEXT",
            required = true,
            arity = "1..*",
            description = "text, as for assay train")
    private List<String> text;

    @Option(names = "--hook", paramLabel = "SITE", required = true, description = "the hook point")
    private String hook;

    @Option(
            names = "--d-sae",
            paramLabel = "N",
            defaultValue = "2048",
            description = "latents (default ${DEFAULT-VALUE})")
    private int dSae;

    @Option(
            names = "--k",
            paramLabel = "N",
            defaultValue = "16",
            description = "active latents (default ${DEFAULT-VALUE})")
    private int k;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "training tokens, repeats counted (default ${DEFAULT-VALUE})")
    private long tokens;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "2048",
            description = "activations per step (default ${DEFAULT-VALUE})")
    private int batch;

    @Option(
            names = "--cache-bytes",
            paramLabel = "N",
            defaultValue = "" + CachingSource.MEMORY_BYTES,
            description = "activations to keep for further epochs, as for assay train (default ${DEFAULT-VALUE})")
    private long cacheBytes;

    @Override
    public Integer call() throws IOException {
        common.device(); // sets the number of threads
        InvalidInputException.requireAtLeast(1, "--d-sae", dSae);
        InvalidInputException.requireAtLeast(1, "--batch", batch);
        InvalidInputException.require(
                tokens >= batch, () -> "--tokens is " + tokens + ", expected at least one batch of " + batch);
        TextDescription about = TextDescription.of(text.toArray(String[]::new));
        JobBenchmark.Job job = new JobBenchmark.Job(
                model,
                tokenizer -> about.resolved(tokenizer).corpus(tokenizer),
                HookPoint.parse(hook),
                TrainingMethods.create("topk", k, dSae),
                dSae,
                tokens,
                batch);
        return common.print(spec, JobBenchmark.run(job, cacheBytes));
    }
}
