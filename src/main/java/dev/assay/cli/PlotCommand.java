package dev.assay.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code assay plot}: draws PNG files for papers and notebooks. */
@Command(
        name = "plot",
        description = "Draws a picture for a paper or a notebook.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "PICTURE",
        subcommands = {
            PlotDensityCommand.class,
            PlotActivationsCommand.class,
            PlotCurvesCommand.class,
            PlotSimilarityCommand.class,
            PlotParetoCommand.class
        })
final class PlotCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "no picture named, expected one of "
                        + String.join(", ", spec.subcommands().keySet()) + " (try --help)");
    }
}
