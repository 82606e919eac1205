package dev.assay.feature.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.report.LogitSummary;
import dev.assay.feature.report.TokenLogit;
import dev.assay.feature.store.Coactivation;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.ExampleGroup;
import dev.assay.feature.store.FeatureStats;
import dev.assay.feature.store.Histogram;
import dev.assay.io.Json;
import dev.assay.provenance.ModelProvenance;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FormatsTest {
    private static final NeuronpediaFormat NEURONPEDIA = new NeuronpediaFormat("gpt2-small", "6-res-x", "label", "");

    private static Example example(int tokens) {
        float[] values = new float[tokens];
        values[0] = 0.1f;
        return new Example(Collections.nCopies(tokens, "\"</script>"), values, 0, 3, 5);
    }

    private static FeatureReport report(Example top, String label) {
        List<TokenLogit> logits = IntStream.range(0, 30)
                .mapToObj(i -> new TokenLogit(i, "t" + i, 30 - i))
                .toList();
        return new FeatureReport(
                7,
                new FeatureStats(1000, 20, 0.1, 0.05, 0.01, 0, 3, List.of()),
                new Histogram(0, 0.5, List.of(15L, 5L)),
                List.of(top),
                List.of(
                        new ExampleGroup(ExampleGroup.Kind.INTERVAL, 0.05, 0.1, 0.25, List.of(example(2))),
                        new ExampleGroup(ExampleGroup.Kind.QUANTILE, 0, 0.05, 0.5, List.of(example(2)))),
                logits,
                logits.subList(0, 2),
                Optional.of(new LogitSummary(new Histogram(-1, 1, List.of(2L, 3L)), 0, 1, 0, 3)),
                List.of(),
                List.of(new Coactivation(9, 4, 0.2, 0.3, 2)),
                List.of(),
                List.of(label));
    }

    private static JsonNode written(FeatureBatches.Format format, FeatureReport report) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = Json.mapper().createGenerator(text)) {
            json.writeStartObject();
            format.head(json);
            json.writeArrayFieldStart("features");
            format.feature(json, report);
            json.writeEndArray();
            json.writeEndObject();
        }
        return Json.mapper().readTree(text.toString());
    }

    @Test
    void neuronpediaFilesHaveTheUploadFormat() throws IOException {
        JsonNode request = written(NEURONPEDIA, report(example(3), "a colour"));
        assertEquals("gpt2-small", request.path("modelId").asText());
        JsonNode feature = request.path("features").path(0);
        assertEquals("7", feature.path("index").asText());
        assertEquals(0.02, feature.path("density").asDouble());
        assertEquals(20, feature.path("topLogits").size(), "at most 20");
        assertEquals("t0", feature.path("topLogits").path(0).path("token").asText());
        assertEquals(2, feature.path("bottomLogits").size());
        assertEquals(
                Json.mapper().readTree("[{\"text\":\"a colour\",\"methodName\":\"label\",\"modelName\":\"\"}]"),
                feature.path("explanations"));
        assertEquals(2, feature.path("activations").size(), "the top and the interval, not the quantile");
        JsonNode interval = feature.path("activations").path(1);
        assertEquals(0.05, interval.path("quantileMin").asDouble());
        assertEquals(0.1, interval.path("quantileMax").asDouble());
        assertEquals(0.25, interval.path("quantileFraction").asDouble());
        JsonNode top = feature.path("activations").path(0);
        assertEquals("\"</script>", top.path("tokens").path(0).asText());
        assertEquals("[0.1,0.0,0.0]", top.path("values").toString(), "as many digits as a float has");
    }

    @Test
    void rejectsFeaturesBeyondTheLimitsOfNeuronpedia() throws IOException {
        written(NEURONPEDIA, report(example(1024), "x".repeat(512)));
        String tokens = assertThrows(InvalidInputException.class, () -> written(NEURONPEDIA, report(example(1025), "")))
                .getMessage();
        assertTrue(tokens.contains("latent 7 has 1025 tokens, expected at most 1024"), tokens);
        String characters = assertThrows(
                        InvalidInputException.class, () -> written(NEURONPEDIA, report(example(1), "x".repeat(513))))
                .getMessage();
        assertTrue(characters.contains("latent 7 has 513 characters, expected at most 512"), characters);
    }

    @Test
    void saeDashboardFilesHaveEveryFieldOfItsClass() throws IOException {
        Provenance provenance = Provenance.of(
                ModelProvenance.of("gpt2", "float32"),
                List.of("blocks.6.hook_resid_pre"),
                new TextProvenance("a corpus", "all", "", 128, false, true, 40, 5120));
        JsonNode batch = written(new SaeDashboardFormat("gpt2", 6, "res-x", provenance), report(example(3), ""));
        assertEquals(6, batch.path("layer").asInt());
        assertEquals("res-x", batch.path("sae_set").asText());
        JsonNode feature = batch.path("features").path(0);
        assertEquals(
                List.of(
                        "activations",
                        "correlated_features_indices",
                        "correlated_features_l1",
                        "correlated_features_pearson",
                        "correlated_neurons_indices",
                        "correlated_neurons_l1",
                        "correlated_neurons_pearson",
                        "dataset",
                        "decoder_weights_dist",
                        "feature_index",
                        "frac_nonzero",
                        "freq_hist_data_bar_heights",
                        "freq_hist_data_bar_values",
                        "logits_hist_data_bar_heights",
                        "logits_hist_data_bar_values",
                        "n_prompts_total",
                        "n_tokens_in_prompt",
                        "neg_str",
                        "neg_values",
                        "neuron_alignment_indices",
                        "neuron_alignment_l1",
                        "neuron_alignment_values",
                        "pos_str",
                        "pos_values"),
                feature.properties().stream()
                        .map(field -> field.getKey())
                        .sorted()
                        .toList());
        assertEquals("[9]", feature.path("correlated_features_indices").toString());
        assertEquals("[0.25,0.75]", feature.path("freq_hist_data_bar_values").toString());
        assertEquals("[15,5]", feature.path("freq_hist_data_bar_heights").toString());
        assertEquals("[-0.5,0.5]", feature.path("logits_hist_data_bar_values").toString());
        assertEquals(40, feature.path("n_prompts_total").asInt());
        assertEquals(2, feature.path("activations").size());
        assertEquals(-1, feature.path("activations").path(0).path("bin_min").asDouble());
    }
}
