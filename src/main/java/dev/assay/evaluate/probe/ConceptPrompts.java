package dev.assay.evaluate.probe;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Prompts with a binary concept that the next token expresses, such as the gender of a pronoun. The last token of a prompt is its prediction
 * position.
 *
 * @param rows tokens of each prompt; they may be padded on the right
 * @param lengths the number of real tokens of each prompt
 * @param labels true for the positive class, one per prompt
 * @param negative next tokens of the negative class
 * @param positive next tokens of the positive class
 */
public record ConceptPrompts(List<int[]> rows, int[] lengths, boolean[] labels, int[] negative, int[] positive) {
    /** Checks the sizes. */
    public ConceptPrompts {
        rows = List.copyOf(rows);
        int count = rows.size();
        InvalidInputException.require(
                count > 0 && lengths.length == count && labels.length == count,
                () -> "there are " + count + " prompts, " + lengths.length + " lengths and " + labels.length
                        + " labels, expected the same number, at least one");
        for (int i = 0; i < count; i++) {
            InvalidInputException.require(
                    lengths[i] >= 1 && lengths[i] <= rows.get(i).length,
                    "prompt " + i + " has " + lengths[i] + " real tokens, expected from 1 to " + rows.get(i).length);
        }
        InvalidInputException.require(
                negative.length > 0 && positive.length > 0,
                () -> "the classes have " + negative.length + " and " + positive.length
                        + " next tokens, expected at least one each");
        InvalidInputException.require(
                IntStream.of(negative).noneMatch(token -> IntStream.of(positive).anyMatch(other -> other == token)),
                "the classes share a next token, expected different tokens");
    }

    /**
     * Creates prompts without padding.
     *
     * @param rows tokens of each prompt
     * @param labels true for the positive class, one per prompt
     * @param negative next tokens of the negative class
     * @param positive next tokens of the positive class
     * @return the prompts
     */
    public static ConceptPrompts of(List<int[]> rows, boolean[] labels, int[] negative, int[] positive) {
        return new ConceptPrompts(
                rows, rows.stream().mapToInt(row -> row.length).toArray(), labels, negative, positive);
    }

    /** {@return the number of prompts} */
    public int size() {
        return rows.size();
    }

    /**
     * Returns the first prompts.
     *
     * @param count the number of prompts at most, at least 1
     * @return the prompts
     */
    public ConceptPrompts first(int count) {
        int kept = Math.min(count, size());
        return new ConceptPrompts(
                rows.subList(0, kept), Arrays.copyOf(lengths, kept), Arrays.copyOf(labels, kept), negative, positive);
    }
}
