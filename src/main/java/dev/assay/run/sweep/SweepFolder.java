package dev.assay.run.sweep;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.sweep.ParetoPlot;
import dev.assay.evaluate.sweep.SweepTable;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The table and the plot of a sweep. */
public final class SweepFolder {
    /** The file of the table. */
    public static final String TABLE = "sweep.json";

    private SweepFolder() {}

    /**
     * Writes the table and the plot of a sweep.
     *
     * @param out the folder of the sweep
     * @param plan the sweep
     * @param provenance the origin of the activations, as {@link ActivationSource#provenance} returns it
     * @param table the rows of all members
     * @param title the title of the plot
     * @param warnings receives a sentence if the plot cannot be written
     * @return the content of {@link #TABLE}
     * @throws IOException if the table cannot be written
     */
    public static ObjectNode write(
            Path out, SweepFile plan, Provenance provenance, SweepTable table, String title, Consumer<String> warnings)
            throws IOException {
        Provenance trained =
                provenance.withText(provenance.text().withTokens(plan.tokens())).withSeed("shuffle", plan.seed());
        ObjectNode node = Json.mapper().valueToTree(table);
        node.set(Provenance.FIELD, trained.toJson());
        AtomicFiles.writeString(out.resolve(TABLE), Json.pretty(node));
        try {
            ParetoPlot plot = ParetoPlot.of(table, title);
            plot.writePng(out.resolve("pareto.png"));
            plot.writeHtml(out.resolve("pareto.html"));
        } catch (IOException | RuntimeException failure) {
            warnings.accept("the plot of the sweep cannot be written: " + failure.getMessage());
        }
        return node;
    }
}
