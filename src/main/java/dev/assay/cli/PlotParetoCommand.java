package dev.assay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.sweep.ParetoPlot;
import dev.assay.evaluate.sweep.SweepTable;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.provenance.Provenance;
import dev.assay.run.sweep.SweepFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay plot pareto}: draws the trade-off between sparsity and quality in a sweep. */
@Command(
        name = "pareto",
        description = "Draws L0 against quality for the members of a sweep, with the Pareto front.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class PlotParetoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "output folder of assay sweep")
    private Path folder;

    @Mixin
    private PictureOptions picture;

    @Override
    public Integer call() throws IOException {
        Path file = folder.resolve(SweepFolder.TABLE);
        if (!Files.exists(file)) {
            throw new InvalidInputException(
                    folder + " has no " + SweepFolder.TABLE + ", expected a folder that assay sweep has written");
        }
        String title = "" + folder.toAbsolutePath().normalize().getFileName();
        picture.write(ParetoPlot.of(table(file), title).picture(), folder.resolve("pareto.png"), spec);
        return 0;
    }

    private static SweepTable table(Path file) throws IOException {
        try {
            ObjectNode json = JsonObject.read(file).node();
            json.remove(Provenance.FIELD);
            SweepTable table = Json.mapper().treeToValue(json, SweepTable.class);
            if (table.rows().isEmpty()) {
                throw new InvalidInputException(file + " has no rows, expected one per member of the sweep");
            }
            return table;
        } catch (JsonProcessingException mismatch) {
            throw new InvalidInputException(file + ": " + mismatch.getOriginalMessage(), mismatch);
        }
    }
}
