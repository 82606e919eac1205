package dev.assay.cli;

import dev.assay.feature.FeatureInspector;
import dev.assay.feature.page.Dashboard;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.HookedTransformer;
import dev.assay.run.EvaluationFigures;
import dev.assay.run.FeatureFolder;
import dev.assay.run.RunDescription;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A dictionary with its model and its feature store, all of them open. */
final class OpenedDictionary implements AutoCloseable {
    private final Path folder;
    private final SparseAutoencoder sae;
    private final HookedTransformer model;
    private final FeatureInspector inspector;

    private OpenedDictionary(Path folder, SparseAutoencoder sae, HookedTransformer model, FeatureInspector inspector) {
        this.folder = folder;
        this.sae = sae;
        this.model = model;
        this.inspector = inspector;
    }

    /**
     * Opens a dictionary whose features were collected.
     *
     * @param folder the dictionary's
     * @param options the model, where that of the run is not wanted or there was no run
     */
    static OpenedDictionary open(Path folder, ModelOptions options) throws IOException {
        FeatureStore store = FeatureFolder.open(folder);
        SparseAutoencoder sae = SparseAutoencoder.load(folder, options.device());
        HookedTransformer model = null;
        try {
            model = options.load(options.change(run(folder, options, store), null));
            return new OpenedDictionary(folder, sae, model, FeatureInspector.of(model, sae, store));
        } catch (IOException | RuntimeException failure) {
            if (model != null) {
                model.close();
            }
            sae.close();
            throw failure;
        }
    }

    /** A dictionary from elsewhere has no run, but then a model was named. */
    private static RunDescription run(Path folder, ModelOptions options, FeatureStore store) throws IOException {
        return options.model() == null || Files.exists(folder.resolve(RunDescription.FILE))
                ? RunDescription.read(folder)
                : new RunDescription(
                        options.model(),
                        store.provenance().site(),
                        List.of(),
                        "text",
                        store.provenance().text().contextLength(),
                        false,
                        0,
                        0);
    }

    FeatureInspector inspector() {
        return inspector;
    }

    /** The dictionary, to stay open. */
    SparseAutoencoder sae() {
        return sae;
    }

    /** The page, with the figures of {@code assay evaluate}, if it left any beside the dictionary. */
    Dashboard dashboard() throws IOException {
        return inspector
                .dashboard()
                .title("Features of " + folder.toAbsolutePath().normalize().getFileName())
                .metrics(EvaluationFigures.beside(folder));
    }

    @Override
    public void close() {
        model.close();
        sae.close();
    }
}
