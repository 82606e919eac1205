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

/** {@code assay plot activations}: draws a histogram of the activations of one feature. */
@Command(
        name = "activations",
        description = "Draws a histogram of the positive activations of one feature.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class PlotActivationsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "folder of a dictionary with a feature store, or of a feature store")
    private Path folder;

    @Option(names = "--feature", paramLabel = "N", required = true, description = "number of the feature")
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
