package dev.assay.feature.export;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.report.LogitSummary;
import dev.assay.feature.report.TokenLogit;
import dev.assay.feature.store.Coactivation;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.ExampleGroup;
import dev.assay.feature.store.Histogram;
import dev.assay.provenance.Provenance;
import java.io.IOException;
import java.util.List;

/**
 * The feature format of SAEDashboard.
 *
 * @param model the model
 * @param layer the block
 * @param set the name of the set of dictionaries
 * @param provenance of the features
 */
record SaeDashboardFormat(String model, int layer, String set, Provenance provenance) implements FeatureBatches.Format {
    @Override
    public void head(JsonGenerator json) throws IOException {
        json.writeStringField("model_id", model);
        json.writeNumberField("layer", layer);
        json.writeStringField("sae_set", set);
    }

    @Override
    public void feature(JsonGenerator json, FeatureReport report) throws IOException {
        json.writeStartObject();
        json.writeNumberField("feature_index", report.latent());
        for (String unknown : List.of(
                "neuron_alignment_indices",
                "neuron_alignment_values",
                "neuron_alignment_l1",
                "correlated_neurons_indices",
                "correlated_neurons_l1",
                "correlated_neurons_pearson",
                "correlated_features_l1",
                "decoder_weights_dist")) {
            json.writeArrayFieldStart(unknown);
            json.writeEndArray();
        }
        List<Coactivation> cofiring = report.cofiring();
        int[] latents = cofiring.stream().mapToInt(Coactivation::latent).toArray();
        double[] pearson = cofiring.stream().mapToDouble(Coactivation::pearson).toArray();
        json.writeFieldName("correlated_features_indices");
        json.writeArray(latents, 0, latents.length);
        json.writeFieldName("correlated_features_pearson");
        json.writeArray(pearson, 0, pearson.length);
        logits(json, "neg", report.bottomLogits());
        logits(json, "pos", report.topLogits());
        json.writeNumberField("frac_nonzero", report.stats().density());
        histogram(json, "freq_hist_data", report.histogram());
        histogram(
                json,
                "logits_hist_data",
                report.logits().map(LogitSummary::histogram).orElse(new Histogram(0, 0, List.of())));
        json.writeNumberField("n_prompts_total", provenance.text().contexts());
        json.writeNumberField("n_tokens_in_prompt", provenance.text().contextLength());
        json.writeStringField("dataset", provenance.text().description());
        json.writeArrayFieldStart("activations");
        for (Example example : report.topExamples()) {
            activation(json, example, -1, report.stats().max(), -1);
        }
        for (ExampleGroup group : report.groups()) {
            if (group.kind() == ExampleGroup.Kind.INTERVAL) {
                for (Example example : group.examples()) {
                    activation(json, example, group.lower(), group.upper(), group.share());
                }
            }
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void logits(JsonGenerator json, String name, List<TokenLogit> logits) throws IOException {
        json.writeFieldName(name + "_str");
        json.writeArray(logits.stream().map(TokenLogit::token).toArray(String[]::new), 0, logits.size());
        json.writeFieldName(name + "_values");
        json.writeArray(logits.stream().mapToDouble(TokenLogit::logit).toArray(), 0, logits.size());
    }

    /** Writes a histogram as bar heights and the centres of the bins. */
    private static void histogram(JsonGenerator json, String name, Histogram histogram) throws IOException {
        int bins = histogram.counts().size();
        double[] middles = new double[bins];
        for (int i = 0; i < bins; i++) {
            middles[i] = histogram.start() + (i + 0.5) * histogram.binWidth();
        }
        json.writeFieldName(name + "_bar_values");
        json.writeArray(middles, 0, bins);
        json.writeFieldName(name + "_bar_heights");
        json.writeArray(histogram.counts().stream().mapToLong(Long::longValue).toArray(), 0, bins);
    }

    private static void activation(JsonGenerator json, Example example, double lower, double upper, double share)
            throws IOException {
        json.writeStartObject();
        json.writeNumberField("bin_min", lower);
        json.writeNumberField("bin_max", upper);
        json.writeNumberField("bin_contains", share);
        json.writeFieldName("tokens");
        json.writeArray(
                example.tokens().toArray(String[]::new), 0, example.tokens().size());
        FeatureBatches.writeValues(json, "values", example.values());
        json.writeEndObject();
    }
}
