package dev.assay.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.FeatureJson;
import dev.assay.feature.prompt.PromptFeature;
import dev.assay.feature.prompt.PromptOptions;
import dev.assay.feature.prompt.PromptReport;
import dev.assay.feature.prompt.PromptToken;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.io.Json;
import java.util.List;
import java.util.TreeSet;

/** Prompt and feature reports of an inspector as JSON. */
final class InspectedFeatures implements LiveFeatures {
    private final FeatureInspector inspector;
    private final List<FeatureSummary> summaries;

    InspectedFeatures(FeatureInspector inspector) {
        this.inspector = inspector;
        this.summaries = inspector.features();
    }

    @Override
    public JsonNode prompt(PromptRequest request) {
        PromptReport report = inspector.prompt(
                request.text(), PromptOptions.by(request.ranking()).count(request.count()));
        ObjectNode answer = FeatureJson.of(report);
        ObjectNode peaks =
                answer.putObject("peakTokens"); // of every feature in the response, also those at single tokens
        for (int latent : mentioned(report)) {
            peaks.set(
                    "" + latent, Json.mapper().valueToTree(summaries.get(latent).peakTokens()));
        }
        return answer;
    }

    private static TreeSet<Integer> mentioned(PromptReport report) {
        TreeSet<Integer> latents = new TreeSet<>();
        report.features().stream().map(PromptFeature::latent).forEach(latents::add);
        report.tokens().stream()
                .flatMap(token -> token.features().stream())
                .map(PromptToken.Active::latent)
                .forEach(latents::add);
        return latents;
    }

    @Override
    public JsonNode feature(int latent, int effects) {
        return FeatureJson.of((effects == 0 ? inspector : inspector.withEffects(effects)).feature(latent));
    }

    @Override
    public int latents() {
        return summaries.size();
    }
}
