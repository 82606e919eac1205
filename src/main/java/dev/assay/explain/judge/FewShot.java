package dev.assay.explain.judge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.explain.measure.ActivationText.LevelledTokens;
import dev.assay.io.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A feature with a known description, as an example in prompts. The activations are those of neurons of a real model, rounded down to the
 * levels 0 to 10.
 *
 * @param description the description of the feature
 * @param records tokens with their levels
 */
record FewShot(String description, List<LevelledTokens> records) {
    private static final String RESOURCE = "few-shots.json";

    /** Returns the examples of prompts. */
    static List<FewShot> all() {
        ObjectMapper mapper = Json.mapper();
        try (InputStream in = FewShot.class.getResourceAsStream(RESOURCE)) {
            List<FewShot> all = new ArrayList<>();
            for (JsonNode feature : mapper.readTree(in).path("features")) {
                List<LevelledTokens> records = new ArrayList<>();
                for (JsonNode record : feature.path("records")) {
                    List<String> tokens = new ArrayList<>();
                    record.path("tokens").forEach(token -> tokens.add(token.textValue()));
                    records.add(new LevelledTokens(tokens, mapper.convertValue(record.path("levels"), int[].class)));
                }
                all.add(new FewShot(feature.path("description").textValue(), records));
            }
            return List.copyOf(all);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Returns the lines before the activations of this feature, the one with a number in the prompt. */
    String heading(int number) {
        return heading(number, description);
    }

    /** Returns the lines before the activations of a feature with a description. */
    static String heading(int number, String description) {
        return "\nFeature " + number + "\nDescription: the feature is active on " + description + "\nActivations:";
    }
}
