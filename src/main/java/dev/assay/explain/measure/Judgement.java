package dev.assay.explain.measure;

/**
 * The answer of a judge on one item, such as a window of text.
 *
 * @param activating the truth: whether the feature is active (detection) or the marks are right (fuzzing)
 * @param answer the answer of the judge
 * @param weight the inverse inclusion probability of the item, 1 in a balanced sample
 */
public record Judgement(boolean activating, Answer answer, double weight) {
    /** Checks the weight. */
    public Judgement {
        Arguments.requireWeight(weight);
    }

    /** The answer of a judge. */
    public sealed interface Answer permits Prediction, RatedPrediction, Failed {}

    /**
     * A prediction without a probability.
     *
     * @param activating the prediction
     */
    public record Prediction(boolean activating) implements Answer {}

    /**
     * A prediction with a probability.
     *
     * @param activating the prediction
     * @param probability the probability that the item is activating, or another number that is larger for likelier items
     */
    public record RatedPrediction(boolean activating, double probability) implements Answer {
        /** Checks the probability. */
        public RatedPrediction {
            Arguments.requireFinite("a probability", probability);
        }
    }

    /** No usable answer. */
    public record Failed() implements Answer {}

    /**
     * Creates an answered item of weight 1 without a probability.
     *
     * @param activating the truth
     * @param predicted the prediction
     * @return the item
     */
    public static Judgement of(boolean activating, boolean predicted) {
        return new Judgement(activating, new Prediction(predicted), 1);
    }

    /**
     * Creates an item of weight 1 without a usable answer.
     *
     * @param activating the truth
     * @return the item
     */
    public static Judgement failed(boolean activating) {
        return new Judgement(activating, new Failed(), 1);
    }
}
