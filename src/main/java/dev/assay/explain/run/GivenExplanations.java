package dev.assay.explain.run;

import dev.assay.InvalidInputException;
import dev.assay.explain.Explainer;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureExamples;
import dev.assay.io.Sha256;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** An explainer that returns existing explanations, such as imported ones, so that they are scored like others. Immutable. */
public final class GivenExplanations implements Explainer {
    private final SortedMap<Integer, Explanation> explanations = new TreeMap<>();
    private final ExplainerDescription description;

    /**
     * Wraps explanations. Of several explanations of one feature, the first is used.
     *
     * @param kind the kind of explanations, such as {@value NeuronpediaImport#KIND}
     * @param all the explanations, at least one
     */
    public GivenExplanations(String kind, List<Explanation> all) {
        InvalidInputException.require(!all.isEmpty(), "there are no explanations, expected at least one");
        Sha256 hash = new Sha256();
        for (Explanation explanation : all) {
            explanations.putIfAbsent(explanation.latent(), explanation);
            hash.add(explanation.toJson().toString());
        }
        description = ExplainerDescription.offline(kind).with("sha256", hash.hex());
    }

    /** {@return the features with an explanation, in rising order} */
    public List<Integer> latents() {
        return List.copyOf(explanations.keySet());
    }

    @Override
    public ExplainerDescription description() {
        return description;
    }

    @Override
    public Explanation explain(FeatureExamples examples) {
        Explanation found = explanations.get(examples.latent());
        InvalidInputException.require(
                found != null, () -> "feature " + examples.latent() + " has no explanation among the given ones");
        return found;
    }
}
