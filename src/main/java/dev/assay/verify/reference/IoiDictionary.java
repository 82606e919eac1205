package dev.assay.verify.reference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.intervene.patch.FeatureGroups;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Standard;
import dev.assay.sae.Weights;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * A dictionary of a case of feature patching.
 *
 * @param sae the dictionary
 * @param groups its features: latents, or signed coordinates
 */
record IoiDictionary(SparseAutoencoder sae, FeatureGroups groups) implements AutoCloseable {
    /**
     * Creates a dictionary from the tensors of a case.
     *
     * @param name of the dictionary in the case
     * @param data the tensors
     * @param manager creates arrays
     * @param point the site
     */
    static IoiDictionary of(String name, Safetensors data, NDManager manager, HookPoint point) {
        try (Scope scope = Scope.open()) {
            return switch (name) {
                case "tied" -> tied(data, manager, point, zeros(data, manager));
                case "tied_centred" -> tied(data, manager, point, data.load(manager, "centre"));
                case "untied" ->
                    single(
                            data.load(manager, "encoder"),
                            data.load(manager, "bias"),
                            unit(data.load(manager, "decoder")),
                            zeros(data, manager),
                            point);
                case "pca_rotation" -> {
                    SparseAutoencoder sae =
                            bothSigns(data.load(manager, "pca_directions"), zeros(data, manager), point);
                    yield new IoiDictionary(sae, FeatureGroups.signed(sae.dSae()));
                }
                case "pca_signed" ->
                    single(bothSigns(data.load(manager, "pca_directions"), data.load(manager, "pca_mean"), point));
                case "identity_positive" -> single(bothSigns(manager.eye(width(data)), zeros(data, manager), point));
                default ->
                    throw new InvalidInputException(data.file().resolveSibling("expected.json")
                            + " has a dictionary \"" + name + "\", expected tied, untied, tied_centred, pca_rotation,"
                            + " pca_signed or identity_positive");
            };
        }
    }

    private static IoiDictionary tied(Safetensors data, NDManager manager, HookPoint point, NDArray centre) {
        NDArray rows = unit(data.load(manager, "encoder"));
        return single(rows, data.load(manager, "bias"), rows, centre, point);
    }

    private static IoiDictionary single(
            NDArray encoder, NDArray bias, NDArray decoder, NDArray centre, HookPoint point) {
        return single(create(encoder, bias, decoder, centre, point));
    }

    private static IoiDictionary single(SparseAutoencoder sae) {
        return new IoiDictionary(sae, FeatureGroups.single(sae.dSae()));
    }

    /** Returns the dictionary with codes relu(±rows · (x − centre)). */
    private static SparseAutoencoder bothSigns(NDArray rows, NDArray centre, HookPoint point) {
        NDArray both = rows.concat(rows.neg(), 0);
        NDArray none = rows.getManager().zeros(new Shape(both.getShape().get(0)));
        return create(both, none, both, centre, point);
    }

    /** Creates the dictionary relu(E · (x − centre) + b), with unit rows where the case has them. */
    static SparseAutoencoder create(NDArray encoder, NDArray bias, NDArray decoder, NDArray centre, HookPoint point) {
        return SparseAutoencoder.builder()
                .architecture(new Standard())
                .weights(new Weights(encoder, bias, decoder, centre))
                .metadata(SaeMetadata.builder().hookName(point.name()).build())
                .build();
    }

    static NDArray unit(NDArray rows) {
        return rows.div(Aten.rowNorms(rows).maximum(1e-8f));
    }

    private static int width(Safetensors data) {
        return (int) data.info("encoder").shape().get(1);
    }

    private static NDArray zeros(Safetensors data, NDManager manager) {
        return manager.zeros(new Shape(width(data)));
    }

    @Override
    public void close() {
        sae.close();
    }
}
