package dev.assay.explain.offline;

import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.ItemScorer;
import dev.assay.explain.Scorer;
import dev.assay.explain.Simulator;
import java.util.function.Function;

/**
 * The scores of the controls {@code oracle} and {@code constant} in the task of a scorer. They read no explanation and send no request.
 */
public interface ReferenceScores {
    /**
     * Returns the score of a judge that knows the true activations.
     *
     * @param examples the examples of the feature
     * @return the score, 1 in every figure of accuracy or ranking
     */
    FeatureScore oracle(FeatureExamples examples);

    /**
     * Returns the score of a judge whose answer is always the same.
     *
     * @param examples the examples of the feature
     * @return the score, exactly the floor of the task
     */
    FeatureScore constant(FeatureExamples examples);

    /**
     * Creates the controls of a scorer with questions. Its judge is not asked.
     *
     * @param scorer the scorer
     * @return scores of the same items
     */
    static ReferenceScores of(ItemScorer scorer) {
        return new ReferenceScores() {
            @Override
            public FeatureScore oracle(FeatureExamples examples) {
                return scorer.oracle(examples);
            }

            @Override
            public FeatureScore constant(FeatureExamples examples) {
                return scorer.constant(examples);
            }
        };
    }

    /**
     * Creates the controls of a scorer that reads simulated activations.
     *
     * @param protocol creates the scorer of a simulator
     * @return scores of {@link OracleSimulator} and {@link ConstantSimulator}
     */
    static ReferenceScores of(Function<Simulator, Scorer> protocol) {
        Scorer oracle = protocol.apply(new OracleSimulator());
        Scorer constant = protocol.apply(new ConstantSimulator());
        return new ReferenceScores() {
            @Override
            public FeatureScore oracle(FeatureExamples examples) {
                return score(oracle, OracleSimulator.NAME, examples);
            }

            @Override
            public FeatureScore constant(FeatureExamples examples) {
                return score(constant, ConstantSimulator.NAME, examples);
            }

            private FeatureScore score(Scorer scorer, String control, FeatureExamples examples) {
                return scorer.score(
                        Explanation.of(examples.latent(), control, ExplainerDescription.offline(control)), examples);
            }
        };
    }
}
