package dev.assay.explain.offline;

import dev.assay.InvalidInputException;
import dev.assay.explain.ActivationRule;
import dev.assay.explain.Explanation;
import dev.assay.explain.Simulated;
import dev.assay.explain.Simulator;
import dev.assay.explain.TextWindow;
import dev.assay.explain.TokenConcepts;
import java.util.List;

/** Applies the rule of an explanation. */
public final class RuleSimulator implements Simulator {
    /** The name of the simulator. */
    public static final String NAME = "rule";

    private final TokenConcepts concepts;

    /**
     * Creates a simulator.
     *
     * @param concepts the concepts of the corpus; {@link TokenConcepts#NONE} without labels
     */
    public RuleSimulator(TokenConcepts concepts) {
        this.concepts = concepts;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Simulated> simulate(Explanation explanation, List<TextWindow> windows) {
        ActivationRule rule = explanation
                .rule()
                .orElseThrow(
                        () -> new InvalidInputException(
                                "the explanation of latent " + explanation.latent()
                                        + " by " + explanation.by().title()
                                        + " is in words only, expected one with a rule; judge it with a language model or by embeddings"));
        return windows.stream()
                .<Simulated>map(window -> new Simulated.Values(rule.predict(window, concepts)))
                .toList();
    }
}
