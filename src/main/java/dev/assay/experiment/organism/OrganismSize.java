package dev.assay.experiment.organism;

import dev.assay.InvalidInputException;
import dev.assay.model.config.TransformerConfig;

/**
 * The size of an organism, a GPT-NeoX model.
 *
 * @param layers the number of blocks
 * @param width the width of the residual stream, a multiple of {@value #HEAD_WIDTH}
 * @param context the largest number of tokens of a dialogue
 */
public record OrganismSize(int layers, int width, int context) {
    private static final int HEAD_WIDTH = 16;
    private static final int EXPANSION = 4;

    /** Checks the width. */
    public OrganismSize {
        InvalidInputException.require(
                width > 0 && width % HEAD_WIDTH == 0,
                () -> "the width of an organism is " + width + ", expected a multiple of " + HEAD_WIDTH);
    }

    /** {@return the configuration for a vocabulary} */
    TransformerConfig config(int vocabulary) {
        return TransformerConfig.gptNeoX()
                .vocabularySize(vocabulary)
                .contextLength(context)
                .layers(layers)
                .dModel(width)
                .heads(width / HEAD_WIDTH)
                .dMlp(EXPANSION * width)
                .build();
    }
}
