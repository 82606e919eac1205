package dev.assay.feature.export;

import dev.assay.InvalidInputException;
import dev.assay.feature.FeatureInspector;
import dev.assay.model.hook.HookPoint;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Live features as SAEDashboard writes them ({@code batch-N.json} of its Neuronpedia runner, fields as in its class
 * {@code NeuronpediaDashboardBatch}), which viewers and converters of its data read: one object for each feature with its logits,
 * histograms and examples. Statistics about single neurons, which Assay does not compute, are empty lists, as they are there by
 * default. Numbers are not rounded.
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
     * Prepares an export. The layer is that of the hook point.
     *
     * @param inspector what is exported
     * @return the options
     */
    public static SaeDashboardExport of(FeatureInspector inspector) {
        SaeDashboardExport export = new SaeDashboardExport(inspector);
        export.model = inspector.provenance().model().name();
        export.layer =
                Math.max(0, HookPoint.parse(inspector.provenance().site()).block());
        return export;
    }

    /**
     * Sets the model; as the store calls it unless set.
     *
     * @param id such as {@code gpt2-small}
     * @return this
     */
    public SaeDashboardExport model(String id) {
        model = id;
        return this;
    }

    /**
     * Sets the set of dictionaries that this one is of; none unless set.
     *
     * @param id such as {@code res-jb}
     * @return this
     */
    public SaeDashboardExport set(String id) {
        set = id;
        return this;
    }

    /**
     * Writes {@code batch-0.json} and so on, of at most {@value #FEATURES_A_FILE} features each.
     *
     * @param folder absent or empty
     * @throws IOException if writing fails; then there is no folder
     * @throws InvalidInputException if the folder holds something
     */
    public void write(Path folder) throws IOException {
        FeatureBatches batches = new FeatureBatches(inspector, FEATURES_A_FILE);
        SaeDashboardFormat format = new SaeDashboardFormat(model, layer, set, inspector.provenance());
        ExportFolder.write(folder, files -> batches.write(files, "batch-%d.json", format));
    }
}
