package dev.assay.explain.measure;

import java.util.List;
import java.util.OptionalDouble;

/**
 * The score of a judge on labelled items.
 *
 * @param answered the confusion matrix of the items with a usable answer
 * @param failedAsWrong the confusion matrix of all items, in which a failed item counts as a wrong prediction
 * @param items the number of all items
 * @param failures the number of items without a usable answer
 * @param auroc the area under the ROC curve of the items with a probability; empty unless both classes have one
 * @param averagePrecision the average precision of the same items; empty without a positive one
 */
public record ClassificationScore(
        ConfusionMatrix answered,
        ConfusionMatrix failedAsWrong,
        long items,
        long failures,
        OptionalDouble auroc,
        OptionalDouble averagePrecision) {
    /** The largest share of failed items of a reliable score. */
    public static final double LARGEST_FAILED_SHARE = 0.05;

    /**
     * Scores items.
     *
     * @param judgements the items, in any order
     * @return the score
     */
    public static ClassificationScore of(List<Judgement> judgements) {
        ConfusionMatrix answered = ConfusionMatrix.EMPTY;
        ConfusionMatrix all = ConfusionMatrix.EMPTY;
        RankedOutcomes ranked = new RankedOutcomes();
        long failures = 0;
        for (Judgement item : judgements) {
            boolean truth = item.activating();
            if (item.answer() instanceof Judgement.Failed) {
                failures++;
                all = all.plus(truth, !truth, item.weight());
                continue;
            }
            boolean predicted;
            if (item.answer() instanceof Judgement.RatedPrediction rated) {
                predicted = rated.activating();
                ranked.add(rated.probability(), truth, item.weight());
            } else {
                predicted = ((Judgement.Prediction) item.answer()).activating();
            }
            answered = answered.plus(truth, predicted, item.weight());
            all = all.plus(truth, predicted, item.weight());
        }
        return new ClassificationScore(
                answered, all, judgements.size(), failures, ranked.auroc(), ranked.averagePrecision());
    }

    /**
     * Returns whether too many items failed for the score to be compared with others.
     *
     * @return true above a share of {@link #LARGEST_FAILED_SHARE}
     */
    public boolean unreliable() {
        return failures > LARGEST_FAILED_SHARE * items;
    }
}
