package dev.assay.cli;

import dev.assay.feature.ActivationPicture;
import dev.assay.run.FeatureFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay plot activations}: how strongly one feature is active. */
@Command(
        name = "activations",
        description = "A histogram of one feature's activations above 0.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class PlotActivationsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "a dictionary's folder with a feature store, or a feature store")
    private Path folder;

    @Option(names = "--feature", paramLabel = "N", required = true, description = "the feature's number")
    private int latent;

    @Mixin
    private PictureOptions picture;

    @Override
    public Integer call() throws IOException {
        picture.write(
                ActivationPicture.of(FeatureFolder.open(folder), latent),
                folder.resolve("feature-" + latent + ".png"),
                spec);
        return 0;
    }
}
