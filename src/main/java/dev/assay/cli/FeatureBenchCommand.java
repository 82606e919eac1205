package dev.assay.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.bench.FeatureBenchmark;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.run.RunDescription;
import dev.assay.run.SourceModel;
import dev.assay.run.TextDescription;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code assay bench features}: compares building a feature store with running the model and the dictionary alone. */
@Command(
        name = "features",
        description =
                "Compares building a feature store with running the model and the dictionary alone, then measures reading it.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class FeatureBenchCommand implements Callable<Integer> {
    private static final String STORIES = "assay/stories";

    @Spec
    private CommandSpec spec;

    @Mixin
    private BenchCommand.Common common;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            defaultValue = STORIES,
            description =
                    "folder of a Hugging Face model, hub name org/name[@revision], or assay/stories (default ${DEFAULT-VALUE})")
    private String model;

    @Option(
            names = "--text",
            paramLabel = "[WEIGHT:]TEXT",
            arity = "1..*",
            description = "text, as for assay train (default " + STORIES + ")")
    private List<String> text = List.of(STORIES);

    @Option(
            names = "--dictionary",
            paramLabel = "DIR",
            description =
                    "folder of a dictionary of the model (default: a random TopK at the middle of the residual stream)")
    private Path dictionary;

    @Option(
            names = "--d-sae",
            paramLabel = "N",
            defaultValue = "4096",
            description = "latents of the random dictionary (default ${DEFAULT-VALUE})")
    private int dSae;

    @Option(
            names = "--k",
            paramLabel = "N",
            defaultValue = "32",
            description = "active latents of the random dictionary (default ${DEFAULT-VALUE})")
    private int k;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "200000",
            description = "tokens per round (default ${DEFAULT-VALUE})")
    private long tokens;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "number of measured rounds (default ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "folder on the disk to measure (default: the folder of temporary files)")
    private Path parent;

    @Override
    public Integer call() throws IOException {
        InvalidInputException.requireAtLeast(1, "--d-sae", dSae);
        InvalidInputException.requireAtLeast(1, "--k", k);
        InvalidInputException.requireAtLeast(1, "--tokens", tokens);
        InvalidInputException.requireAtLeast(1, "--rounds", rounds);
        RunDescription run = RunDescription.of(model, "", TextDescription.of().withSources(text));
        try (BenchmarkFolder folder = BenchmarkFolder.create(parent, "assay-features");
                HookedTransformer transformer = SourceModel.whole(run, common.device());
                SparseAutoencoder sae = dictionary(transformer)) {
            return common.print(
                    spec,
                    FeatureBenchmark.run(
                            transformer,
                            sae,
                            run.corpus(transformer.tokenizer()),
                            tokens,
                            rounds,
                            folder.path().resolve("features")));
        }
    }

    private SparseAutoencoder dictionary(HookedTransformer transformer) throws IOException {
        if (dictionary != null) {
            return SparseAutoencoder.load(dictionary, transformer.device());
        }
        int width = transformer.config().dModel();
        int block = Math.max(0, transformer.config().layers() / 2 - 1);
        String site = HookPoint.residPost(block).name();
        SaeMetadata metadata =
                SaeMetadata.builder().modelName(model).hookName(site).build();
        try (Scope scope = Scope.open()) {
            NDArray directions = Weights.randomDirections(transformer.manager(), dSae, width, 0); // [latents, width]
            NDArray encoderBias = transformer.manager().zeros(new Shape(dSae)); // [latents]
            NDArray decoderBias = transformer.manager().zeros(new Shape(width)); // [width]
            return SparseAutoencoder.builder()
                    .architecture(TopK.of(k))
                    .weights(new Weights(directions, encoderBias, directions, decoderBias))
                    .metadata(metadata)
                    .build();
        }
    }
}
