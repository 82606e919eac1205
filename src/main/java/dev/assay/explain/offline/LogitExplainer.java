package dev.assay.explain.offline;

import dev.assay.InvalidInputException;
import dev.assay.explain.Explainer;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.NextTokenRule;
import dev.assay.feature.FeatureInspector;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Explains a feature by the tokens that its direction promotes along the direct path (logit lens). The rule predicts an activation before such
 * a token, in proportion to its logit weight. Activations are not read.
 */
public final class LogitExplainer implements Explainer {
    /** The name of the explainer. */
    public static final String NAME = "logit-weights";

    private static final int PROMOTED = 10;

    private final FeatureInspector inspector;

    /**
     * Creates an explainer.
     *
     * @param inspector the model and a dictionary that writes to the residual stream
     */
    public LogitExplainer(FeatureInspector inspector) {
        this.inspector = inspector;
    }

    @Override
    public ExplainerDescription description() {
        return ExplainerDescription.offline(NAME).with("tokens", PROMOTED);
    }

    @Override
    public Explanation explain(FeatureExamples examples) {
        float[] logits = inspector.logits(examples.latent());
        InvalidInputException.require(
                logits.length > 0,
                NAME + " needs a dictionary that writes to the residual stream, found one at "
                        + String.join(", ", inspector.provenance().reads()));
        List<Integer> promoted = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(id -> -logits[id]).thenComparing(id -> id))
                .limit(PROMOTED)
                .toList();
        Map<Integer, Double> values = new TreeMap<>();
        promoted.stream().filter(id -> logits[id] > 0).forEach(id -> values.put(id, (double) logits[id]));
        String tokens = promoted.stream()
                .map(id -> "\"" + inspector.store().token(id) + "\"")
                .collect(Collectors.joining(", "));
        return Explanation.of(examples.latent(), "before the tokens " + tokens, description())
                .withRule(new NextTokenRule(values));
    }
}
