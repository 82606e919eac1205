package dev.assay.examples;

import ai.djl.ndarray.NDArray;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Shows one feature of a dictionary, and where it is active in a sentence of one's own.
 *
 * <p>Arguments: the folder of a dictionary with its feature store, as {@link Quickstart} writes it; the number of a feature; and a
 * sentence.
 */
public final class InspectFeature {
    private InspectFeature() {}

    /**
     * Runs the example.
     *
     * @param args the folder, the feature and the sentence, each with a default
     * @throws IOException when a file cannot be read
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args.length > 0 ? args[0] : "target/quickstart-example");
        String sentence = args.length > 2 ? args[2] : "Nora gave Tom a red ball. He was very happy.";

        try (HookedTransformer model = HookedTransformer.load("assay/stories");
                SparseAutoencoder sae = SparseAutoencoder.load(folder)) {
            FeatureStore store = FeatureStore.open(folder.resolve("features"));
            FeatureInspector inspector = FeatureInspector.of(model, sae, store);
            int feature = args.length > 1
                    ? Integer.parseInt(args[1])
                    : inspector.strongest(1).get(0).latent();
            System.out.println(inspector.feature(feature).toText());
            System.out.println("In your sentence:");
            show(model, sae, sentence, feature);
        }
    }

    private static void show(HookedTransformer model, SparseAutoencoder sae, String sentence, int feature) {
        HookPoint point = HookPoint.parse(sae.metadata().hookName().orElseThrow());
        try (Scope scope = Scope.open();
                ActivationCache cache = model.cache(model.tokens(sentence), point)) {
            NDArray activations = cache.get(point).get(0); // [position, width]
            NDArray codes = sae.encode(activations).dense(); // [position, latent]
            int[] ids = model.tokenizer().encode(sentence);
            for (int position = 0; position < ids.length; position++) {
                float activation = codes.getFloat(position, feature);
                String token = model.tokenizer().token(ids[position]);
                System.out.printf(
                        Locale.ROOT, "  %-12s %s%n", token, activation == 0 ? "" : "%.2f".formatted(activation));
            }
        }
    }
}
