package dev.assay.model.training;

import dev.assay.InvalidInputException;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.RoleSpan;
import dev.assay.text.dialogue.RoleSpans;
import dev.assay.text.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * One example with a loss mask. Arrays are shared, not copied.
 *
 * @param ids token ids, [tokens], at least 2
 * @param lossWeights the weight of each token in the loss, [tokens]; 0 for tokens that the model only reads
 * @param roles the role of each token, [tokens]; {@link Role#NONE} at markers
 */
public record SupervisedExample(int[] ids, float[] lossWeights, Role[] roles) {
    /** Checks the lengths and the weights. */
    public SupervisedExample {
        if (lossWeights.length != ids.length || roles.length != ids.length) {
            throw new IllegalArgumentException(ids.length + " ids, " + lossWeights.length + " weights and "
                    + roles.length + " roles, expected one of each per token");
        }
        boolean any = false;
        for (int i = 0; i < ids.length; i++) {
            InvalidInputException.require(
                    lossWeights[i] >= 0 && Float.isFinite(lossWeights[i]),
                    "a loss weight",
                    lossWeights[i],
                    "a number of at least 0");
            any |= i > 0 && lossWeights[i] > 0;
        }
        InvalidInputException.require(
                any, "a supervised example has no token to train on, expected one after its first token");
    }

    /**
     * Converts turns to an example.
     *
     * @param turns the turns, at least one of them trained
     * @param format the markers
     * @param tokenizer the tokenizer of the model
     * @return the example, with loss weight 1 at trained tokens
     */
    public static SupervisedExample of(List<ExampleTurn> turns, DialogueFormat format, Tokenizer tokenizer) {
        RoleSpans tokens =
                format.encode(new Dialogue(turns.stream().map(ExampleTurn::turn).toList()), tokenizer);
        float[] weights = new float[tokens.length()];
        for (int i = 0; i < turns.size(); i++) {
            RoleSpan span = tokens.spans().get(i);
            Arrays.fill(weights, span.textStart(), span.end(), turns.get(i).trained() ? 1 : 0);
        }
        return new SupervisedExample(tokens.ids(), weights, tokens.roles());
    }

    /**
     * Converts a dialogue to an example.
     *
     * @param dialogue the turns
     * @param trained the roles whose turns the model is trained to write
     * @param format the markers
     * @param tokenizer the tokenizer of the model
     * @return the example, with loss weight 1 at trained tokens
     */
    public static SupervisedExample of(
            Dialogue dialogue, Set<Role> trained, DialogueFormat format, Tokenizer tokenizer) {
        List<ExampleTurn> turns = dialogue.turns().stream()
                .map(turn -> new ExampleTurn(turn, trained.contains(turn.role())))
                .toList();
        return of(turns, format, tokenizer);
    }

    /** {@return the same example with loss weights multiplied by a factor above 0} */
    public SupervisedExample weighted(double factor) {
        InvalidInputException.require(factor > 0, "the weight of an example", factor, "a number above 0");
        float[] weights = new float[lossWeights.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (lossWeights[i] * factor);
        }
        return new SupervisedExample(ids, weights, roles);
    }

    /** {@return the number of tokens} */
    public int length() {
        return ids.length;
    }
}
