package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.bench.HarvestBenchmark;
import dev.assay.bench.StoreBenchmark;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code assay bench store}: measures stored activations and harvesting to disk. */
@Command(
        name = "store",
        description =
                "Compares writing and reading stored activations with plain files of the same sizes, and harvesting"
                        + " blocks.3.hook_resid_post of a random model of the shape of Pythia-70m to disk with harvesting alone.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class StoreBenchCommand implements Callable<Integer> {
    private static final int STORIES = 20_000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private BenchCommand.Common common;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "folder on the disk to measure (default: the folder of temporary files)")
    private Path parent;

    @Option(
            names = "--width",
            paramLabel = "N",
            defaultValue = "512",
            description = "width of an activation (default ${DEFAULT-VALUE})")
    private int width;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "524288",
            description = "number of activations (default ${DEFAULT-VALUE})")
    private long rows;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "number of measured rounds (default ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--live-tokens",
            paramLabel = "N",
            defaultValue = "32768",
            description = "tokens per round from the live model; 0 for none (default ${DEFAULT-VALUE})")
    private long liveTokens;

    @Override
    public Integer call() throws IOException {
        InvalidInputException.requireAtLeast(1, "--width", width);
        InvalidInputException.requireAtLeast(1, "--rows", rows);
        InvalidInputException.requireAtLeast(1, "--rounds", rounds);
        InvalidInputException.requireAtLeast(0, "--live-tokens", liveTokens);
        try (BenchmarkFolder folder = BenchmarkFolder.create(parent, "assay-store")) {
            StoreBenchmark.Report report = StoreBenchmark.run(folder.path(), width, rows, rounds);
            return liveTokens == 0 ? common.print(spec, report) : common.print(spec, report, harvest(folder.path()));
        }
    }

    private StoreBenchmark.HarvestReport harvest(Path folder) throws IOException {
        try (HookedTransformer model = HookedTransformer.random(HarvestBenchmark.pythia70m(), 0, common.device());
                HookedTransformer stories = HookedTransformer.load("assay/stories")) {
            Corpus corpus =
                    Corpus.of(stories.tokenizer(), StoryCorpus.of(0, STORIES)).build();
            ActivationSource source = ActivationSource.of(model, HookPoint.residPost(3), corpus);
            return StoreBenchmark.harvest(source, folder, liveTokens, rounds);
        }
    }
}
