package dev.assay.evaluate.probe;

import dev.assay.InvalidInputException;

/**
 * Options of an {@link MlpProbe}.
 *
 * @param hidden the number of hidden units
 * @param epochs the largest number of passes over the training rows
 * @param patience passes without a lower validation loss after which training stops
 * @param batch rows per step
 * @param learningRate of Adam; decays to 0 along a cosine over {@code epochs}
 * @param weightDecay decoupled weight decay of the matrices
 * @param validationShare share of the rows that select the best epoch and do not train
 * @param seed of the initial weights, the order of the rows and the choice of the validation rows
 */
public record MlpOptions(
        int hidden,
        int epochs,
        int patience,
        int batch,
        double learningRate,
        double weightDecay,
        double validationShare,
        long seed) {
    /** Checks all ranges. */
    public MlpOptions {
        InvalidInputException.requireAtLeast(1, "the number of hidden units", hidden);
        InvalidInputException.requireAtLeast(1, "the number of epochs", epochs);
        InvalidInputException.requireAtLeast(1, "the patience", patience);
        InvalidInputException.requireAtLeast(1, "the batch size", batch);
        InvalidInputException.require(
                learningRate > 0 && Double.isFinite(learningRate), "the learning rate", learningRate, "more than 0");
        InvalidInputException.require(
                weightDecay >= 0 && Double.isFinite(weightDecay), "the weight decay", weightDecay, "at least 0");
        InvalidInputException.require(
                validationShare > 0 && validationShare < 1,
                "the share of validation rows",
                validationShare,
                "more than 0 and less than 1");
    }

    /**
     * Returns the default options: 64 hidden units, 60 epochs, patience 8, batches of 64, learning rate 3e-3, weight decay 1e-2 and a fifth
     * of the rows for validation.
     *
     * @param seed the seed
     * @return the options
     */
    public static MlpOptions seeded(long seed) {
        return new MlpOptions(64, 60, 8, 64, 3e-3, 1e-2, 0.2, seed);
    }

    /**
     * Returns these options with another number of hidden units.
     *
     * @param units at least 1
     * @return the options
     */
    public MlpOptions withHidden(int units) {
        return new MlpOptions(units, epochs, patience, batch, learningRate, weightDecay, validationShare, seed);
    }

    /**
     * Returns these options with another number of epochs.
     *
     * @param passes at least 1
     * @return the options
     */
    public MlpOptions withEpochs(int passes) {
        return new MlpOptions(hidden, passes, patience, batch, learningRate, weightDecay, validationShare, seed);
    }
}
