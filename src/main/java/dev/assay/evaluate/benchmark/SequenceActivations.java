package dev.assay.evaluate.benchmark;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The activations of texts of different lengths.
 *
 * @param texts the activations of each text, [length, d], without padded positions
 */
public record SequenceActivations(List<double[][]> texts) {
    /** Copies the list. */
    public SequenceActivations {
        texts = List.copyOf(texts);
        for (int text = 0; text < texts.size(); text++) {
            int index = text;
            InvalidInputException.require(
                    texts.get(text).length > 0, () -> "text " + index + " has no position, expected at least one");
        }
    }

    /**
     * Creates activations from an array with padded positions. As in SAEBench, the entries of a padded position sum to exactly 0.
     *
     * @param padded [texts, length, d]
     * @return the activations of the other positions
     * @throws InvalidInputException if a text has only padded positions
     */
    public static SequenceActivations ofPadded(double[][][] padded) {
        List<double[][]> texts = new ArrayList<>();
        for (double[][] text : padded) {
            texts.add(Arrays.stream(text)
                    .filter(position -> Arrays.stream(position).sum() != 0)
                    .toArray(double[][]::new));
        }
        return new SequenceActivations(texts);
    }
}
