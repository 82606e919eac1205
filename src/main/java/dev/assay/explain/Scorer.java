package dev.assay.explain;

/** Scores explanations on the test documents. Implementations are thread-safe. */
public interface Scorer {
    /**
     * Returns the name of the score.
     *
     * @return a short lower-case name such as {@code detection}, unique in a table
     */
    String name();

    /**
     * Returns the origin of the answers.
     *
     * @return the judge; by default an instrument with the name of the scorer and without a model
     */
    default Judge judge() {
        return Judge.of(name());
    }

    /**
     * Scores an explanation.
     *
     * @param explanation the explanation; for a control, that of another feature
     * @param examples the examples of the feature; thresholds are fitted on {@link Part#CALIBRATION}, scores computed on {@link Part#TEST}
     * @return the score
     * @throws dev.assay.InvalidInputException if the explanation lacks what the scorer needs, such as a rule
     */
    FeatureScore score(Explanation explanation, FeatureExamples examples);
}
