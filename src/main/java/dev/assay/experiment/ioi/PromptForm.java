package dev.assay.experiment.ioi;

import dev.assay.InvalidInputException;
import dev.assay.intervene.patch.PromptPair;
import dev.assay.model.HookedTransformer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** A form of prompts for indirect object identification. */
interface PromptForm {
    /** The most prompts that are drawn per prompt that is needed. */
    int DRAWS = 400;

    /** Returns the name in tables. */
    String name();

    /**
     * Draws a prompt.
     *
     * @param random the source of randomness
     * @return a prompt, whose two texts may have different numbers of tokens
     */
    NamePrompt draw(SplittableRandom random);

    /** Returns the number of tokens that a prompt may have. */
    int longest();

    /**
     * Draws different prompts whose counterfactuals have the same number of tokens.
     *
     * @param model tokenizes
     * @param count the number of prompts
     * @param seed of the draws
     * @return the pairs
     * @throws InvalidInputException if the tokenizer does not allow so many prompts
     */
    default List<PromptPair> pairs(HookedTransformer model, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int most = Math.min(longest(), model.config().contextLength());
        List<PromptPair> pairs = new ArrayList<>();
        Set<NamePrompt> seen = new HashSet<>();
        for (int drawn = 0; pairs.size() < count; drawn++) {
            if (drawn == DRAWS * count) {
                throw new InvalidInputException("the form " + name() + " has only " + pairs.size()
                        + " prompts with counterfactuals of equal length and at most " + most + " tokens among " + drawn
                        + " drawn ones, expected " + count);
            }
            NamePrompt prompt = draw(random);
            if (seen.add(prompt)) {
                prompt.tokens(model, most).ifPresent(pairs::add);
            }
        }
        return pairs;
    }
}
