package dev.assay.explain.offline;

import dev.assay.explain.Explainer;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.ExplanationFailedException;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.TokenRule;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Explains a feature by a table of tokens: the mean activation on all occurrences of each token in the training documents. It is a strong
 * baseline. A feature whose explanation does not score above this table is a feature of tokens.
 */
public final class TokenLookupExplainer implements Explainer {
    /** The name of the explainer. */
    public static final String NAME = "token-lookup";

    private static final int NAMED_TOKENS = 5;

    @Override
    public ExplainerDescription description() {
        return ExplainerDescription.offline(NAME);
    }

    @Override
    public Explanation explain(FeatureExamples examples) {
        TokenStatistics tokens = new TokenStatistics(examples);
        return Explanation.of(examples.latent(), "the tokens " + named(examples, tokens), description())
                .withRule(new TokenRule(tokens.means()));
    }

    /** Returns the tokens with the most activation and their shares of all activation. */
    static String named(FeatureExamples examples, TokenStatistics tokens) {
        List<Integer> strongest = tokens.strongest();
        if (strongest.isEmpty()) {
            throw new ExplanationFailedException(
                    FailureKind.UNPARSABLE,
                    "latent " + examples.latent() + " is silent in the training documents, expected an activation");
        }
        return strongest.stream()
                .limit(NAMED_TOKENS)
                .map(id -> String.format(Locale.ROOT, "\"%s\" (%.0f %%)", tokens.text(id), 100 * tokens.share(id)))
                .collect(Collectors.joining(", "));
    }
}
