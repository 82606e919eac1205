package dev.assay.evaluate.concept;

import dev.assay.InvalidInputException;

/**
 * Activations of tokens with concept labels, in float64.
 *
 * @param x activations, [n, d]
 * @param labels n labels; bit i is concept i of {@link dev.assay.text.story.StoryCorpus#concepts()}
 */
public record LabelledRows(double[][] x, long[] labels) {
    /** Checks the numbers of rows. */
    public LabelledRows {
        int rows = x.length;
        int labelled = labels.length;
        InvalidInputException.require(
                rows == labelled,
                () -> "there are " + rows + " activations and " + labelled + " labels, expected equal numbers");
    }
}
