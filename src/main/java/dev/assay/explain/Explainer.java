package dev.assay.explain;

/** Describes features in words from their examples in the training documents. Implementations are thread-safe. */
public interface Explainer {
    /** {@return the origin of the explanations} */
    ExplainerDescription description();

    /**
     * Explains a feature.
     *
     * @param examples the examples; only {@link Part#TRAIN} may be read, see {@link FeatureExamples#only}
     * @return the explanation
     * @throws ExplanationFailedException if there is no explanation of this feature; others may succeed
     */
    Explanation explain(FeatureExamples examples);
}
