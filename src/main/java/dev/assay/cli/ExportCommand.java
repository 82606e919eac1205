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

/** {@code assay export}: features in the formats that other programs read. */
@Command(
        name = "export",
        description = "Writes the features of a dictionary in the formats that other programs read (docs/exports.md).",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "DIR",
            description = "a dictionary's folder with a feature store (assay inspect collects it)")
    private Path folder;

    @Option(names = "--csv", paramLabel = "FILE", description = "statistics of every latent as CSV")
    private Path csv;

    @Option(names = "--parquet", paramLabel = "FILE", description = "the same as Parquet")
    private Path parquet;

    @Option(
            names = "--sparsity",
            paramLabel = "FILE",
            description = "densities as SAELens keeps them (sparsity.safetensors)")
    private Path sparsity;

    @Option(
            names = "--openai-viewer",
            paramLabel = "FOLDER",
            description = "a JSON file for each latent, as OpenAI's sae-viewer reads them")
    private Path viewer;

    @Option(
            names = "--saedashboard",
            paramLabel = "FOLDER",
            description = "JSON as SAEDashboard writes it; runs no text, but needs the model")
    private Path dashboard;

    @Option(
            names = "--neuronpedia",
            paramLabel = "FOLDER",
            description =
                    "JSON for Neuronpedia's upload, 128 features a file; needs the model, --model-id and --source-id")
    private Path neuronpedia;

    @Option(names = "--model-id", paramLabel = "ID", description = "what Neuronpedia calls the model")
    private String modelId;

    @Option(names = "--source-id", paramLabel = "ID", description = "what it calls the dictionary, such as 6-res-jb")
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
        try (OpenedDictionary dictionary = OpenedDictionary.open(folder, options)) {
            export(dashboard, to -> {
                SaeDashboardExport export = SaeDashboardExport.of(dictionary.inspector());
                (modelId == null ? export : export.model(modelId)).write(to);
            });
            export(
                    neuronpedia,
                    NeuronpediaExport.of(dictionary.inspector()).model(modelId).source(sourceId)::write);
        }
    }

    /** Writes one export where it was asked for, and says so. */
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
