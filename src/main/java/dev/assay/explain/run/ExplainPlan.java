package dev.assay.explain.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.ExampleOptions;
import dev.assay.explain.ExampleSet;
import dev.assay.explain.Exclusion;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.FeatureSample;
import dev.assay.io.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * The options of a run that explains features.
 *
 * @param explainer the name of an explainer that needs no language model; {@value #LANGUAGE_MODEL} for a language model
 * @param scorers the names of the scorers
 * @param simulator the name of the simulator of scorers that need one
 * @param features the number of features to draw
 * @param chosen the latents to explain in place of drawn ones; empty to draw
 * @param examples the numbers of examples and the seed
 */
public record ExplainPlan(
        String explainer,
        List<String> scorers,
        String simulator,
        int features,
        List<Integer> chosen,
        ExampleOptions examples) {
    /** The name of the explainer that asks a language model. */
    public static final String LANGUAGE_MODEL = "llm";

    /** Copies the lists and checks the number of features. */
    public ExplainPlan {
        scorers = List.copyOf(new LinkedHashSet<>(scorers));
        chosen = List.copyOf(new LinkedHashSet<>(chosen));
        InvalidInputException.requireAtLeast(1, "the number of features", features);
    }

    /** {@return whether a language model writes the explanations} */
    public boolean usesLanguageModel() {
        return explainer.equals(LANGUAGE_MODEL);
    }

    /**
     * Selects the features.
     *
     * @param set the examples
     * @return the drawn or chosen features with enough documents, and the others with the reason
     * @throws InvalidInputException if a chosen latent is out of range
     */
    public FeatureSample sample(ExampleSet set) {
        if (chosen.isEmpty()) {
            return set.sample(features);
        }
        List<Integer> usable = new ArrayList<>();
        List<Exclusion> excluded = new ArrayList<>();
        for (int latent : chosen) {
            set.exclusion(latent).ifPresentOrElse(excluded::add, () -> usable.add(latent));
        }
        return new FeatureSample(usable, excluded, set.options().seed());
    }

    /** Converts the options that change results; the scorers and the number of features can grow when a run is resumed. */
    ObjectNode toJson(ExplainerDescription by, String store) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.set("explainer", by.toJson());
        json.put("simulator", simulator);
        json.set("examples", Json.mapper().valueToTree(examples));
        return json.put("store", store);
    }
}
