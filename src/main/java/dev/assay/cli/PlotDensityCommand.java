package dev.assay.cli;

import dev.assay.feature.DensityPicture;
import dev.assay.run.FeatureFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay plot density}: draws a histogram of feature densities. */
@Command(
        name = "density",
        description = "Draws a histogram of feature densities on a logarithmic axis.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class PlotDensityCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "folder of a dictionary with a feature store, or of a feature store")
    private Path folder;

    @Mixin
    private PictureOptions picture;

    @Override
    public Integer call() throws IOException {
        picture.write(DensityPicture.of(FeatureFolder.open(folder)), folder.resolve("density.png"), spec);
        return 0;
    }
}
