package dev.assay.explain.run;

import dev.assay.explain.judge.ExplainerOptions;
import dev.assay.explain.offline.RandomModelControl;
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
 */
record SessionExtras(
        ExplainerOptions.Style style,
        boolean promotedTokens,
        Optional<RandomModelControl> randomModel,
        String randomOmission,
        Optional<GivenExplanations> given,
        Optional<String> lookupOmission) {
    static final SessionExtras NONE = new SessionExtras(
            ExplainerOptions.Style.MARKED_TEXT,
            false,
            Optional.empty(),
            "the session has none",
            Optional.empty(),
            Optional.empty());

    SessionExtras style(ExplainerOptions.Style other) {
        return new SessionExtras(other, promotedTokens, randomModel, randomOmission, given, lookupOmission);
    }

    SessionExtras promoted(boolean shown) {
        return new SessionExtras(style, shown, randomModel, randomOmission, given, lookupOmission);
    }

    SessionExtras random(Optional<RandomModelControl> control, String omission) {
        return new SessionExtras(style, promotedTokens, control, omission, given, lookupOmission);
    }

    SessionExtras given(GivenExplanations explanations) {
        return new SessionExtras(
                style, promotedTokens, randomModel, randomOmission, Optional.of(explanations), lookupOmission);
    }

    SessionExtras withoutLookup(String reason) {
        return new SessionExtras(style, promotedTokens, randomModel, randomOmission, given, Optional.of(reason));
    }
}
