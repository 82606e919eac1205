package dev.assay.feature.export;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.assay.InvalidInputException;
import dev.assay.feature.store.ContextTokens;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.ExampleGroup;
import dev.assay.feature.store.FeatureActivations;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Exports one file per latent for OpenAI's viewer of sparse autoencoders ({@code atoms/N.json}, the type {@code FeatureInfo} of
 * github.com/openai/sparse_autoencoder, folder sae-viewer). Its moments are over all tokens, zeros included: E[a], E[a²], and, centred
 * at 0, the skewness E[a³] / E[a²]^1.5 and the kurtosis E[a⁴] / E[a²]². Its histogram counts the activations above 0 whose
 * {@code ceil(a / 0.2)} is the key. Its random examples are drawn evenly from ten quantiles of the activations. A model is not needed.
 */
public final class SaeViewerExport {
    private static final double BIN = 0.2;
    private static final int TOP = 20;
    private static final int QUANTILES = 10;
    private static final int FROM_EACH = 2;

    private final FeatureStore store;

    private SaeViewerExport(FeatureStore store) {
        this.store = store;
    }

    /**
     * Creates an export.
     *
     * @param store the features to export
     * @return the export
     */
    public static SaeViewerExport of(FeatureStore store) {
        return new SaeViewerExport(store);
    }

    /**
     * Writes {@code atoms/0.json} and so on, one per latent, including dead ones, and the origin of the export as
     * {@code provenance.json} next to the folder {@code atoms}. The viewer requests files of {@code atoms} by name.
     *
     * @param folder absent or empty, or an export of the same features, which is replaced
     * @throws IOException if writing fails; no folder is left behind
     * @throws InvalidInputException if the folder contains other files
     */
    public void write(Path folder) throws IOException {
        target(folder).write(files -> {
            Path atoms = Files.createDirectory(files.resolve("atoms"));
            for (int latent = 0; latent < store.latents(); latent++) {
                try (OutputStream out =
                                new BufferedOutputStream(Files.newOutputStream(atoms.resolve(latent + ".json")));
                        JsonGenerator json = Json.mapper().createGenerator(out)) {
                    feature(json, latent);
                }
            }
        });
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
        return new ExportFolder(folder, ExportProvenance.of(store), "atoms/\\d+\\.json");
    }

    private void feature(JsonGenerator json, int latent) throws IOException {
        FeatureActivations activations = store.activations(latent);
        double[] moments = new double[5]; // sums of powers
        Map<Integer, Long> bins = new TreeMap<>();
        for (int i = 0; i < activations.size(); i++) {
            double value = activations.value(i);
            double power = 1;
            for (int k = 1; k < moments.length; k++) {
                power *= value;
                moments[k] += power;
            }
            bins.merge((int) Math.ceil(value / BIN), 1L, Long::sum);
        }
        double tokens = store.tokens();
        double square = moments[2] / tokens;
        boolean dead = activations.size() == 0;
        json.writeStartObject();
        json.writeNumberField("density", store.density(latent));
        json.writeNumberField("mean_act", moments[1] / tokens);
        json.writeNumberField("mean_act_squared", square);
        json.writeNumberField("skew", dead ? 0 : moments[3] / tokens / Math.pow(square, 1.5));
        json.writeNumberField("kurtosis", dead ? 0 : moments[4] / tokens / (square * square));
        json.writeObjectFieldStart("hist");
        for (Map.Entry<Integer, Long> bin : bins.entrySet()) {
            json.writeNumberField("" + bin.getKey(), bin.getValue());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("random");
        for (ExampleGroup group : store.examplesByQuantile(latent, QUANTILES, FROM_EACH)) {
            sequences(json, group.examples());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("top");
        sequences(json, store.topExamples(latent, TOP));
        json.writeEndArray();
        json.writeEndObject();
    }

    private void sequences(JsonGenerator json, List<Example> examples) throws IOException {
        for (Example example : examples) {
            ContextTokens context = store.context(example.position());
            int first = (int) (example.position() - example.peak() - context.start());
            int length = example.tokens().size();
            int active = 0;
            for (float value : example.values()) {
                active += value > 0 ? 1 : 0;
            }
            json.writeStartObject();
            json.writeNumberField("density", (double) active / length);
            json.writeNumberField("doc_id", example.document());
            json.writeNumberField("idx", example.peak());
            FeatureBatches.writeValues(json, "acts", example.values());
            json.writeNumberField("act", example.peakValue());
            json.writeFieldName("tokens");
            json.writeArray(example.tokens().toArray(String[]::new), 0, length);
            json.writeFieldName("token_ints");
            json.writeArray(context.ids(), first, length);
            json.writeEndObject();
        }
    }
}
