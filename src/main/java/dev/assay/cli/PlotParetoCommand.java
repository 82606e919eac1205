package dev.assay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.sweep.ParetoPlot;
import dev.assay.evaluate.sweep.SweepTable;
import dev.assay.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay plot pareto}: the trade of a sweep. */
@Command(
        name = "pareto",
        description = "L0 against quality for the members of a sweep, and the front that none of them beats.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class PlotParetoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "a folder that assay sweep has written")
    private Path folder;

    @Mixin
    private PictureOptions picture;

    @Override
    public Integer call() throws IOException {
        Path file = folder.resolve(SweepCommand.FILE);
        if (!Files.exists(file)) {
            throw new InvalidInputException(
                    folder + " has no " + SweepCommand.FILE + ", expected a folder that assay sweep has written");
        }
        String title = "" + folder.toAbsolutePath().normalize().getFileName();
        picture.write(ParetoPlot.of(table(file), title).picture(), folder.resolve("pareto.png"), spec);
        return 0;
    }

    private static SweepTable table(Path file) throws IOException {
        try {
            SweepTable table = Json.mapper().treeToValue(Json.read(file), SweepTable.class);
            if (table.rows().isEmpty()) {
                throw new InvalidInputException(file + " has no rows, expected one a member of the sweep");
            }
            return table;
        } catch (JsonProcessingException mismatch) {
            throw new InvalidInputException(file + ": " + mismatch.getOriginalMessage(), mismatch);
        }
    }
}
