package dev.assay.feature.export;

import dev.assay.InvalidInputException;
import dev.assay.feature.FeatureInspector;
import dev.assay.model.hook.HookPoint;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Exports live features in the format of SAEDashboard ({@code batch-N.json} of its Neuronpedia runner, with the fields of its class
 * {@code NeuronpediaDashboardBatch}): one object per feature with its logits, histograms and examples. Statistics of single neurons,
 * which Assay does not compute, are empty lists as in its default. Numbers are not rounded.
 */
public final class SaeDashboardExport {
    private static final int FEATURES_A_FILE = 128;

    private final FeatureInspector inspector;
    private String model = "";
    private String set = "";
    private int layer;

    private SaeDashboardExport(FeatureInspector inspector) {
        this.inspector = inspector;
    }

    /**
     * Creates an export. The layer is read from the hook point.
     *
     * @param inspector the features to export
     * @return the export
     */
    public static SaeDashboardExport of(FeatureInspector inspector) {
        SaeDashboardExport export = new SaeDashboardExport(inspector);
        export.model = inspector.provenance().model().name();
        export.layer = Math.max(
                0, HookPoint.parse(inspector.provenance().reads().get(0)).block());
        return export;
    }

    /**
     * Sets the model. The default is its name in the store.
     *
     * @param id such as {@code gpt2-small}
     * @return this
     */
    public SaeDashboardExport model(String id) {
        model = id;
        return this;
    }

    /**
     * Sets the set of dictionaries that contains this one. The default is none.
     *
     * @param id such as {@code res-jb}
     * @return this
     */
    public SaeDashboardExport set(String id) {
        set = id;
        return this;
    }

    /**
     * Writes {@code batch-0.json} and so on, of at most {@value #FEATURES_A_FILE} features each, and the origin of the
     * export as {@code provenance.json}. Programs that read such folders select {@code batch-*.json}.
     *
     * @param folder absent or empty, or an export of the same features, which is replaced
     * @throws IOException if writing fails; no folder is left behind
     * @throws InvalidInputException if the folder contains other files
     */
    public void write(Path folder) throws IOException {
        FeatureBatches batches = new FeatureBatches(inspector, FEATURES_A_FILE);
        SaeDashboardFormat format = new SaeDashboardFormat(model, layer, set, inspector.provenance());
        target(folder).write(files -> batches.write(files, "batch-%d.json", format));
    }

    /**
     * Checks that {@link #write} accepts a folder, without writing.
     *
     * @param folder the folder of the export
     * @throws IOException if the folder cannot be read
     * @throws InvalidInputException if the folder contains other files
     */
    public void check(Path folder) throws IOException {
        target(folder).check();
    }

    private ExportFolder target(Path folder) {
        return new ExportFolder(folder, ExportProvenance.of(inspector.store()), "batch-\\d+\\.json");
    }
}
