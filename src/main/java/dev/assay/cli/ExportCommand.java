package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.feature.export.NeuronpediaExport;
import dev.assay.feature.export.SaeDashboardExport;
import dev.assay.feature.export.SaeViewerExport;
import dev.assay.feature.export.SparsityFile;
import dev.assay.feature.export.StatisticsTable;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.IoConsumer;
import dev.assay.run.FeatureFolder;
import dev.assay.run.Run;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay export}: writes features in the formats of other programs. */
@Command(
        name = "export",
        description = "Exports the features of a dictionary to the formats of other programs (docs/exports.md).",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "DIR",
            description = "folder of a dictionary with a feature store (collected by assay inspect)")
    private Path folder;

    @Option(names = "--csv", paramLabel = "FILE", description = "statistics of every latent as CSV")
    private Path csv;

    @Option(names = "--parquet", paramLabel = "FILE", description = "statistics of every latent as Parquet")
    private Path parquet;

    @Option(
            names = "--sparsity",
            paramLabel = "FILE",
            description = "densities in the format of SAELens (sparsity.safetensors)")
    private Path sparsity;

    @Option(
            names = "--openai-viewer",
            paramLabel = "FOLDER",
            description = "one JSON file per latent for OpenAI's sae-viewer")
    private Path viewer;

    @Option(
            names = "--saedashboard",
            paramLabel = "FOLDER",
            description = "JSON in the format of SAEDashboard; needs the model, but runs no text")
    private Path dashboard;

    @Option(
            names = "--neuronpedia",
            paramLabel = "FOLDER",
            description =
                    "JSON for Neuronpedia's upload, 128 features per file; needs the model, --model-id and --source-id")
    private Path neuronpedia;

    @Option(names = "--model-id", paramLabel = "ID", description = "name of the model on Neuronpedia")
    private String modelId;

    @Option(
            names = "--source-id",
            paramLabel = "ID",
            description = "name of the dictionary on Neuronpedia, such as 6-res-jb")
    private String sourceId;

    @Mixin
    private ModelOptions options;

    @Override
    public Integer call() throws IOException {
        FeatureStore store = FeatureFolder.open(folder);
        boolean any = export(csv, StatisticsTable.of(store)::csv);
        any |= export(parquet, StatisticsTable.of(store)::parquet);
        any |= export(sparsity, file -> SparsityFile.write(store, file));
        any |= export(viewer, SaeViewerExport.of(store)::write);
        if (dashboard != null || neuronpedia != null) {
            any = true;
            exportReports();
        }
        if (!any) {
            throw new InvalidInputException("nothing to export, expected --csv, --parquet, --sparsity, --openai-viewer,"
                    + " --saedashboard or --neuronpedia");
        }
        return 0;
    }

    private void exportReports() throws IOException {
        try (Run run = options.loader().open(folder)) {
            run.storedFeatures();
            export(dashboard, to -> {
                SaeDashboardExport export = SaeDashboardExport.of(run.inspector());
                (modelId == null ? export : export.model(modelId)).write(to);
            });
            export(
                    neuronpedia,
                    NeuronpediaExport.of(run.inspector()).model(modelId).source(sourceId)::write);
        }
    }

    /** Writes one export if its option was set, and prints its path. */
    private boolean export(Path to, IoConsumer<Path> writer) throws IOException {
        if (to == null) {
            return false;
        }
        writer.accept(to);
        PrintWriter out = spec.commandLine().getOut();
        out.println("exported: " + to);
        out.flush();
        return true;
    }
}
