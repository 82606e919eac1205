package dev.assay.cli;

import dev.assay.evaluate.similarity.SimilarityMap;
import dev.assay.run.Run;
import dev.assay.run.RunLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay plot similarity}: draws the cosines between two dictionaries. */
@Command(
        name = "similarity",
        description = "Draws the cosines of all latents of two dictionaries, with matched pairs on the diagonal.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class PlotSimilarityCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "DICT_A", description = "folder of the first dictionary")
    private Path a;

    @Parameters(index = "1", paramLabel = "DICT_B", description = "folder of the second dictionary, of the same width")
    private Path b;

    @Option(
            names = "--cells",
            paramLabel = "N",
            defaultValue = "256",
            description = "maximum number of cells per side (default ${DEFAULT-VALUE})")
    private int cells;

    @Option(names = "--anyway", description = "draw dictionaries of different models or sites")
    private boolean anyway;

    @Mixin
    private PictureOptions picture;

    @Mixin
    private DeviceOption place;

    @Override
    public Integer call() throws IOException {
        RunLoader loader = Run.loader().device(place.device());
        try (Run first = loader.open(a);
                Run second = loader.open(b)) {
            if (!anyway) {
                first.space().requireSame(second.space());
            }
            picture.write(
                    SimilarityMap.of(first.dictionary(), second.dictionary())
                            .names(name(a), name(b))
                            .cells(cells)
                            .picture(),
                    a.resolve("similarity.png"),
                    spec);
        }
        return 0;
    }

    private static String name(Path folder) {
        return "" + folder.toAbsolutePath().normalize().getFileName();
    }
}
