package dev.assay.explain.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.explain.ExplainContext;
import dev.assay.explain.judge.ExplainerOptions;
import dev.assay.explain.offline.RandomModelControl;
import dev.assay.explain.offline.SentenceEmbedder;
import java.util.Optional;

/**
 * The parts of a session that are not in its plan.
 *
 * @param style the form of the examples in the prompt of a language model that explains
 * @param promotedTokens whether the explainer reads the tokens that a feature makes more likely
 * @param randomModel the control of a random model
 * @param randomOmission why there is no control of a random model
 * @param given explanations in place of those of an explainer
 * @param lookupOmission why a language model does not judge token lookup
 * @param similar embeds windows for hard negatives
 */
record SessionExtras(
        ExplainerOptions.Style style,
        boolean promotedTokens,
        Optional<RandomModelControl> randomModel,
        String randomOmission,
        Optional<GivenExplanations> given,
        Optional<String> lookupOmission,
        Optional<SentenceEmbedder> similar) {
    static final SessionExtras NONE = new SessionExtras(
            ExplainerOptions.Style.MARKED_TEXT,
            false,
            Optional.empty(),
            "the session has none",
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    SessionExtras style(ExplainerOptions.Style other) {
        return new SessionExtras(other, promotedTokens, randomModel, randomOmission, given, lookupOmission, similar);
    }

    SessionExtras promoted(boolean shown) {
        return new SessionExtras(style, shown, randomModel, randomOmission, given, lookupOmission, similar);
    }

    SessionExtras random(Optional<RandomModelControl> control, String omission) {
        return new SessionExtras(style, promotedTokens, control, omission, given, lookupOmission, similar);
    }

    SessionExtras given(GivenExplanations explanations) {
        return new SessionExtras(
                style, promotedTokens, randomModel, randomOmission, Optional.of(explanations), lookupOmission, similar);
    }

    SessionExtras withoutLookup(String reason) {
        return new SessionExtras(
                style, promotedTokens, randomModel, randomOmission, given, Optional.of(reason), similar);
    }

    SessionExtras similar(SentenceEmbedder embedder) {
        return new SessionExtras(
                style, promotedTokens, randomModel, randomOmission, given, lookupOmission, Optional.of(embedder));
    }

    /** Returns a context with the changes of the examples. */
    ExplainContext applied(ExplainContext context) {
        return similar.map(embedder -> new ExplainContext(
                        context.examples().withSimilarNegatives(embedder::embed),
                        context.inspector(),
                        context.corpus(),
                        context.seed()))
                .orElse(context);
    }

    /** Adds the options that change examples to those of a plan. Without any, the plan is that of earlier versions. */
    ObjectNode added(ObjectNode plan) {
        similar.ifPresent(embedder -> ((ObjectNode) plan.get("examples")).put("similarNegatives", true));
        return plan;
    }
}
