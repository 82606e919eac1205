package dev.assay.cli;

import dev.assay.train.metrics.TrainingCurves;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay plot curves}: draws the metrics of runs over their steps. */
@Command(
        name = "curves",
        description = "Draws the metrics of one or several runs over their steps, one panel per metric.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class PlotCurvesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", arity = "1..*", description = "run folders, or metrics files")
    private List<Path> runs;

    @Option(
            names = "--metric",
            paramLabel = "NAME",
            description = "metric of the file, such as losses/l1_loss; may be repeated (default: error, explained"
                    + " variance, L0, dead latents)")
    private List<String> metrics = List.of();

    @Mixin
    private PictureOptions picture;

    @Override
    public Integer call() throws IOException {
        TrainingCurves curves = TrainingCurves.of(runs.toArray(Path[]::new));
        if (!metrics.isEmpty()) {
            curves.metrics(metrics.toArray(String[]::new));
        }
        Path first = runs.get(0);
        picture.write(
                curves.picture(),
                Files.isDirectory(first) ? first.resolve("curves.png") : first.resolveSibling("curves.png"),
                spec);
        return 0;
    }
}
