package dev.assay.intervene.patch;

import dev.assay.InvalidInputException;

/**
 * A prompt with a counterfactual prompt of the same length, token by token at the same position.
 *
 * @param prompt token ids, at least one
 * @param counterfactual token ids, as many as in the prompt
 */
public record PromptPair(int[] prompt, int[] counterfactual) {
    /**
     * Copies the ids.
     *
     * @throws InvalidInputException if there are no tokens, or the lengths differ
     */
    public PromptPair {
        InvalidInputException.require(prompt.length > 0, "the prompt has no tokens, expected at least one");
        if (prompt.length != counterfactual.length) {
            throw new InvalidInputException("the prompt has " + prompt.length + " tokens and its counterfactual "
                    + counterfactual.length + ", expected equal numbers");
        }
        prompt = prompt.clone();
        counterfactual = counterfactual.clone();
    }

    /** {@return the number of tokens of each of the two} */
    public int length() {
        return prompt.length;
    }
}
