package dev.assay.cli;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.bench.HarvestBenchmark;
import dev.assay.bench.SweepBenchmark;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.method.TrainingMethods;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code assay bench sweep}: compares a sweep on a live model with single runs. */
@Command(
        name = "sweep",
        description =
                "Compares a TopK sweep on blocks.3.hook_resid_post of a random model of the shape of Pythia-70m with single"
                        + " runs, and reports the best possible ratio: one harvest, and all steps.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SweepBenchCommand implements Callable<Integer> {
    private static final HookPoint SITE = HookPoint.residPost(3);
    private static final int STORIES = 20_000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private BenchCommand.Common common;

    @Mixin
    private BenchCommand.Step step;

    @Option(
            names = "--members",
            paramLabel = "N",
            defaultValue = "8",
            description = "number of dictionaries in the sweep (default ${DEFAULT-VALUE})")
    private int members;

    @Option(
            names = "--d-sae",
            paramLabel = "N",
            defaultValue = "2048",
            description = "latents per dictionary (default ${DEFAULT-VALUE})")
    private int dSae;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "16",
            description = "steps per run (default ${DEFAULT-VALUE})")
    private int steps;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "2",
            description = "number of measured rounds (default ${DEFAULT-VALUE})")
    private int rounds;

    @Override
    public Integer call() throws IOException {
        InvalidInputException.requireAtLeast(1, "--members", members);
        InvalidInputException.requireAtLeast(1, "--d-sae", dSae);
        InvalidInputException.requireAtLeast(1, "--steps", steps);
        InvalidInputException.requireAtLeast(1, "--rounds", rounds);
        Device device = common.device();
        try (HookedTransformer model = HookedTransformer.random(HarvestBenchmark.pythia70m(), 0, device);
                HookedTransformer stories = HookedTransformer.load("assay/stories")) {
            Corpus corpus =
                    Corpus.of(stories.tokenizer(), StoryCorpus.of(0, STORIES)).build();
            ActivationSource source = ActivationSource.of(model, SITE, corpus);
            return common.print(
                    spec,
                    SweepBenchmark.run(
                            source,
                            TrainingMethods.create("topk", step.k(), dSae),
                            dSae,
                            step.batch(),
                            members,
                            steps,
                            rounds));
        }
    }
}
