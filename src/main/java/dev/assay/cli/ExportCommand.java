package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.explain.run.ExplanationExport;
import dev.assay.feature.export.NeuronpediaExport;
import dev.assay.feature.export.SaeDashboardExport;
import dev.assay.feature.export.SaeViewerExport;
import dev.assay.feature.export.SparsityFile;
import dev.assay.feature.export.StatisticsTable;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.IoConsumer;
import dev.assay.run.Run;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
            description = DictionaryOptions.DIR + "; its feature store is collected by assay inspect, or on --text")
    private String name;

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

    @Option(
            names = "--delphi",
            paramLabel = "FOLDER",
            description = "explanations and scores of assay explain in the files of delphi")
    private Path delphi;

    @Option(
            names = "--neuronpedia-explanations",
            paramLabel = "FOLDER",
            description =
                    "explanations and scores of assay explain as rows for Neuronpedia; needs --model-id and --source-id")
    private Path explanationRows;

    @Option(
            names = "--saebench-autointerp",
            paramLabel = "FOLDER",
            description = "saebench or detection scores of assay explain as a result of SAEBench's autointerp")
    private Path autointerp;

    @Option(
            names = "--explanations",
            paramLabel = "NAME",
            description = "folder of explanations in DIR/explanations to export (default: DIR/explanations)")
    private String explanations;

    @Option(names = "--model-id", paramLabel = "ID", description = "name of the model on Neuronpedia")
    private String modelId;

    @Option(
            names = "--source-id",
            paramLabel = "ID",
            description = "name of the dictionary on Neuronpedia, such as 6-res-jb")
    private String sourceId;

    @Mixin
    private DictionaryOptions options;

    @Override
    public Integer call() throws IOException {
        try (Run run = options.open(name)) {
            options.reportStoreDifferences(run);
            FeatureStore store = run.storedFeatures();
            List<Export> exports = new ArrayList<>();
            StatisticsTable table = StatisticsTable.of(store);
            addFile(exports, csv, table::csv);
            addFile(exports, parquet, table::parquet);
            addFile(exports, sparsity, file -> SparsityFile.write(store, file));
            if (viewer != null) {
                SaeViewerExport export = SaeViewerExport.of(store);
                exports.add(new Export(viewer, export::check, export::write));
            }
            addReports(exports, run);
            addExplanations(exports, run, store);
            writeAll(exports);
        }
        return 0;
    }

    /**
     * An export that was requested.
     *
     * @param target a file or folder
     * @param check fails if the export cannot be written there
     * @param writer writes the export
     */
    private record Export(Path target, IoConsumer<Path> check, IoConsumer<Path> writer) {}

    private static void addFile(List<Export> exports, Path file, IoConsumer<Path> writer) {
        if (file != null) {
            exports.add(new Export(
                    file,
                    target -> InvalidInputException.require(
                            !Files.isDirectory(target), () -> target + " is a folder, expected a file for an export"),
                    writer));
        }
    }

    private void addReports(List<Export> exports, Run run) throws IOException {
        if (dashboard != null) {
            SaeDashboardExport export = SaeDashboardExport.of(run.inspector());
            SaeDashboardExport named = modelId == null ? export : export.model(modelId);
            exports.add(new Export(dashboard, named::check, named::write));
        }
        if (neuronpedia != null) {
            NeuronpediaExport export =
                    NeuronpediaExport.of(run.inspector()).model(modelId).source(sourceId);
            exports.add(new Export(neuronpedia, export::check, export::write));
        }
    }

    private void addExplanations(List<Export> exports, Run run, FeatureStore store) throws IOException {
        if (delphi == null && explanationRows == null && autointerp == null) {
            return;
        }
        Path folder = run.layout().explanations();
        ExplanationExport export =
                ExplanationExport.of(explanations == null ? folder : folder.resolve(explanations), store);
        if (delphi != null) {
            exports.add(new Export(delphi, export::check, export::delphi));
        }
        if (explanationRows != null) {
            InvalidInputException.require(
                    modelId != null && sourceId != null,
                    "--neuronpedia-explanations needs --model-id and --source-id, expected both");
            exports.add(new Export(
                    explanationRows, export::check, target -> export.neuronpedia(target, modelId, sourceId)));
        }
        if (autointerp != null) {
            exports.add(new Export(autointerp, export::check, export::saeBench));
        }
    }

    /** Checks the targets of all exports, then writes them in turn. */
    private void writeAll(List<Export> exports) throws IOException {
        InvalidInputException.require(
                !exports.isEmpty(),
                "nothing to export, expected --csv, --parquet, --sparsity, --openai-viewer, --saedashboard,"
                        + " --neuronpedia, --delphi, --neuronpedia-explanations or --saebench-autointerp");
        Set<Path> targets = new HashSet<>();
        for (Export export : exports) {
            InvalidInputException.require(
                    targets.add(export.target().toAbsolutePath().normalize()),
                    () -> export.target() + " is the target of two exports, expected different files and folders");
            export.check().accept(export.target());
        }
        PrintWriter out = spec.commandLine().getOut();
        for (Export export : exports) {
            export.writer().accept(export.target());
            out.println("exported: " + export.target());
            out.flush();
        }
    }
}
