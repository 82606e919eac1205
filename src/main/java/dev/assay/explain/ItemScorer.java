package dev.assay.explain;

import java.util.List;

/**
 * A scorer that asks its judge one question per item and computes figures from the answers. Other answers can replace those of the judge, so
 * the controls {@code oracle} and {@code constant} need no judge and send no request.
 */
public interface ItemScorer extends Scorer {
    /**
     * Returns the questions about a feature without asking them.
     *
     * @param examples the examples of the feature
     * @return the items in the order of the questions, with their truth; equal for equal examples
     */
    List<MarkedWindow> items(FeatureExamples examples);

    /**
     * Computes the figures of answers.
     *
     * @param latent the index of the latent
     * @param answered the items with their answers, in the order of {@link #items}
     * @return the score
     */
    FeatureScore figures(int latent, List<ScoredItem> answered);

    /**
     * Computes the score of a judge that knows the truth of every item.
     *
     * @param examples the examples of the feature
     * @return the score, 1 in every figure of accuracy or ranking
     */
    default FeatureScore oracle(FeatureExamples examples) {
        return figures(
                examples.latent(),
                items(examples).stream()
                        .map(item -> item.answered(Verdict.of(item.right(), item.right() ? 1 : 0)))
                        .toList());
    }

    /**
     * Computes the score of a judge whose answer is the same for every item: positive, with a constant probability.
     *
     * @param examples the examples of the feature
     * @return the score: 0.5 in balanced accuracy and AUROC, and for a share p of positive items in the corpus p in AUPRC and
     *     {@code 2p / (1 + p)} in F1
     */
    default FeatureScore constant(FeatureExamples examples) {
        Verdict always = Verdict.of(true, 0.5);
        return figures(
                examples.latent(),
                items(examples).stream().map(item -> item.answered(always)).toList());
    }
}
