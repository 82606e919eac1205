package dev.assay.feature.export;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.assay.InvalidInputException;
import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.report.TokenLogit;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.ExampleGroup;
import java.io.IOException;
import java.util.List;

/**
 * The upload format of Neuronpedia and its limits.
 *
 * @param model its name of the model
 * @param source its name of the dictionary
 * @param method the method that found the labels
 * @param explainer the model that wrote them
 */
record NeuronpediaFormat(String model, String source, String method, String explainer)
        implements FeatureBatches.Format {
    static final int MOST_FEATURES = 128;
    static final int MOST_TOKENS = 1024;
    static final int MOST_LOGITS = 20;
    static final int LONGEST_EXPLANATION = 512;

    @Override
    public void head(JsonGenerator json) throws IOException {
        json.writeStringField("modelId", model);
        json.writeStringField("source", source);
    }

    @Override
    public void feature(JsonGenerator json, FeatureReport report) throws IOException {
        json.writeStartObject();
        json.writeStringField("index", "" + report.latent());
        json.writeNumberField("density", report.stats().density());
        logits(json, "topLogits", report.topLogits());
        logits(json, "bottomLogits", report.bottomLogits());
        json.writeArrayFieldStart("explanations");
        for (String label : report.labels()) {
            explanation(json, report.latent(), label);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("activations");
        for (Example example : report.topExamples()) {
            activation(json, report.latent(), example, -1, 99, -1);
        }
        for (ExampleGroup group : report.groups()) {
            if (group.kind() == ExampleGroup.Kind.INTERVAL) {
                for (Example example : group.examples()) {
                    activation(json, report.latent(), example, group.lower(), group.upper(), group.share());
                }
            }
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void logits(JsonGenerator json, String field, List<TokenLogit> logits) throws IOException {
        json.writeArrayFieldStart(field);
        for (TokenLogit logit : logits.subList(0, Math.min(MOST_LOGITS, logits.size()))) {
            json.writeStartObject();
            json.writeStringField("token", logit.token());
            json.writeNumberField("value", logit.logit());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void explanation(JsonGenerator json, int latent, String label) throws IOException {
        if (label.length() > LONGEST_EXPLANATION) {
            throw new InvalidInputException("a label of latent " + latent + " has " + label.length()
                    + " characters, expected at most " + LONGEST_EXPLANATION + " for Neuronpedia");
        }
        json.writeStartObject();
        json.writeStringField("text", label);
        json.writeStringField("methodName", method);
        json.writeStringField("modelName", explainer);
        json.writeEndObject();
    }

    private static void activation(
            JsonGenerator json, int latent, Example example, double lower, double upper, double share)
            throws IOException {
        if (example.tokens().size() > MOST_TOKENS) {
            throw new InvalidInputException("an example of latent " + latent + " has "
                    + example.tokens().size() + " tokens, expected at most " + MOST_TOKENS + " for Neuronpedia");
        }
        json.writeStartObject();
        json.writeFieldName("tokens");
        json.writeArray(
                example.tokens().toArray(String[]::new), 0, example.tokens().size());
        FeatureBatches.writeValues(json, "values", example.values());
        json.writeNumberField("quantileMin", lower);
        json.writeNumberField("quantileMax", upper);
        json.writeNumberField("quantileFraction", share);
        json.writeEndObject();
    }
}
