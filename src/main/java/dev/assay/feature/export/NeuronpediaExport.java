package dev.assay.feature.export;

import dev.assay.InvalidInputException;
import dev.assay.feature.FeatureInspector;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Exports live features for upload to Neuronpedia: files of at most {@value NeuronpediaFormat#MOST_FEATURES} features, one per request, within
 * its limits of {@value NeuronpediaFormat#MOST_TOKENS} tokens per example, {@value NeuronpediaFormat#MOST_LOGITS} logits and {@value NeuronpediaFormat#LONGEST_EXPLANATION}
 * characters per explanation.
 *
 * <pre>{@code
 * NeuronpediaExport.of(inspector).model("gpt2-small").source("6-res-my-dictionary").write(Path.of("upload"));
 * }</pre>
 *
 * <p>Labels become explanations. The ranges of examples are intervals of activations, as in SAEDashboard; top examples have its markers
 * −1, 99 and −1.
 */
public final class NeuronpediaExport {
    private final FeatureInspector inspector;
    private String model;
    private String source;
    private String method = "label";
    private String explainer = "";

    private NeuronpediaExport(FeatureInspector inspector) {
        this.inspector = inspector;
    }

    /**
     * Creates an export.
     *
     * @param inspector the features to export
     * @return the export, whose model and source must be set
     */
    public static NeuronpediaExport of(FeatureInspector inspector) {
        return new NeuronpediaExport(inspector);
    }

    /**
     * Sets the model.
     *
     * @param id its name in Neuronpedia, such as {@code gpt2-small}
     * @return this
     */
    public NeuronpediaExport model(String id) {
        model = id;
        return this;
    }

    /**
     * Sets the dictionary.
     *
     * @param id its name in Neuronpedia: the layer, a hyphen, the set, such as {@code 6-res-jb}
     * @return this
     */
    public NeuronpediaExport source(String id) {
        source = id;
        return this;
    }

    /**
     * Sets the origin of the labels. The default method is {@code label}, without a model.
     *
     * @param methodName the method that found them
     * @param modelName the model that wrote them; may be empty
     * @return this
     */
    public NeuronpediaExport explanations(String methodName, String modelName) {
        method = methodName;
        explainer = modelName;
        return this;
    }

    /**
     * Writes {@code features-00000.json} and so on, and the origin of the export as {@code provenance.json}, which is not for upload.
     *
     * @param folder absent or empty, or an export of the same features, which is replaced
     * @throws IOException if writing fails; no folder is left behind
     * @throws InvalidInputException if a feature exceeds the limits of Neuronpedia or the folder contains other files
     */
    public void write(Path folder) throws IOException {
        check(folder);
        FeatureBatches batches = new FeatureBatches(inspector, NeuronpediaFormat.MOST_FEATURES);
        NeuronpediaFormat format = new NeuronpediaFormat(model, source, method, explainer);
        target(folder).write(files -> batches.write(files, "features-%05d.json", format));
    }

    /**
     * Checks that {@link #write} accepts a folder, without writing.
     *
     * @param folder the folder of the export
     * @throws IOException if the folder cannot be read
     * @throws InvalidInputException if the folder contains other files, or a name is missing
     */
    public void check(Path folder) throws IOException {
        require("model", model);
        require("source", source);
        require("method of the explanations", method);
        target(folder).check();
    }

    private ExportFolder target(Path folder) {
        return new ExportFolder(folder, ExportProvenance.of(inspector.store()), "features-\\d+\\.json");
    }

    private static void require(String what, String id) {
        if (id == null || id.isBlank()) {
            throw new InvalidInputException("Neuronpedia needs a name for the " + what + ", found none");
        }
    }
}
