package dev.assay.experiment.ioi;

import dev.assay.attach.PromptTokens;
import dev.assay.intervene.patch.PromptPair;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SaeMetadata;
import java.util.Optional;

/**
 * A prompt whose next word is a name, with a counterfactual prompt in which the name of the recipient is replaced.
 *
 * @param text the prompt
 * @param counterfactual the prompt with another recipient
 */
record NamePrompt(String text, String counterfactual) {
    /** Returns the tokens of both prompts, or nothing if their numbers differ. */
    Optional<PromptPair> tokens(HookedTransformer model, int longest) {
        int[] prompt = ids(model, text);
        int[] other = ids(model, counterfactual);
        return prompt.length == other.length && prompt.length <= longest
                ? Optional.of(new PromptPair(prompt, other))
                : Optional.empty();
    }

    /** Tokenizes as for a dictionary that does not say whether BOS is prepended. */
    private static int[] ids(HookedTransformer model, String text) {
        return PromptTokens.of(model, text, SaeMetadata.builder().build()).tokens();
    }
}
