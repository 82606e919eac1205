package dev.assay.explain.score;

import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.ScoredItem;
import dev.assay.explain.Stratum;
import dev.assay.explain.Verdict;
import dev.assay.explain.measure.ClassificationScore;
import dev.assay.explain.measure.ConfusionMatrix;
import dev.assay.explain.measure.Judgement;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Scores of judges that classify items. Balanced figures are computed on the positive items and the random negatives without weights, as
 * other tools do. Figures of the corpus include the hard negatives and use the weights of the windows.
 */
public final class ItemScores {
    private static final Set<Stratum> HARD =
            Set.of(Stratum.NEGATIVE_SURFACE, Stratum.NEGATIVE_NEIGHBOUR, Stratum.NEGATIVE_SIMILAR);

    private ItemScores() {}

    /**
     * Scores answers about whether the feature is active in windows that represent the corpus, see {@link FeatureExamples#representative}.
     *
     * @param latent the index of the latent
     * @param scorer the name of the scorer
     * @param items the items with their answers
     * @return balanced figures and figures of the corpus
     */
    public static FeatureScore ofCorpus(int latent, String scorer, List<ScoredItem> items) {
        Map<ScoreMetric, Double> values = balanced(items, Answers.GIVEN);
        Map<ScoreMetric, Double> withFailures = balanced(items, Answers.ALL);
        addCorpus(items, values, Answers.GIVEN);
        addCorpus(items, withFailures, Answers.ALL);
        return score(latent, scorer, items, values, withFailures);
    }

    /**
     * Scores answers about items that do not represent the corpus, such as marks.
     *
     * @param latent the index of the latent
     * @param scorer the name of the scorer
     * @param items the items with their answers
     * @return balanced figures
     */
    public static FeatureScore balanced(int latent, String scorer, List<ScoredItem> items) {
        return score(latent, scorer, items, balanced(items, Answers.GIVEN), balanced(items, Answers.ALL));
    }

    private static FeatureScore score(
            int latent,
            String scorer,
            List<ScoredItem> items,
            Map<ScoreMetric, Double> values,
            Map<ScoreMetric, Double> withFailures) {
        Map<FailureKind, Integer> failures = new EnumMap<>(FailureKind.class);
        items.forEach(item -> {
            if (item.verdict() instanceof Verdict.Failed failed) {
                failures.merge(failed.kind(), 1, Integer::sum);
            }
        });
        return new FeatureScore(
                latent,
                scorer,
                values,
                failures.isEmpty() ? values : withFailures,
                items.size(),
                failures,
                Set.of(),
                items);
    }

    /** The items of a figure. */
    private enum Answers {
        /** Items with an answer. */
        GIVEN,
        /** All items; failed ones count as wrong. */
        ALL;

        ConfusionMatrix of(ClassificationScore score) {
            return this == GIVEN ? score.answered() : score.failedAsWrong();
        }
    }

    private static Map<ScoreMetric, Double> balanced(List<ScoredItem> items, Answers answers) {
        ClassificationScore score =
                score(items, item -> !HARD.contains(item.window().stratum()), false);
        ConfusionMatrix matrix = answers.of(score);
        Map<ScoreMetric, Double> values = new EnumMap<>(ScoreMetric.class);
        if (matrix.positives() > 0 && matrix.negatives() > 0) {
            values.put(ScoreMetric.BALANCED_ACCURACY, matrix.balancedAccuracy());
            values.put(ScoreMetric.BALANCED_F1, matrix.f1());
            values.put(ScoreMetric.BALANCED_PRECISION, matrix.precision());
            values.put(ScoreMetric.BALANCED_RECALL, matrix.recall());
        }
        score.auroc().ifPresent(area -> values.put(ScoreMetric.AUROC, area));
        return values;
    }

    private static void addCorpus(List<ScoredItem> items, Map<ScoreMetric, Double> values, Answers answers) {
        ClassificationScore score = score(items, item -> true, true);
        ConfusionMatrix matrix = answers.of(score);
        if (matrix.positives() > 0) {
            values.put(ScoreMetric.F1, matrix.f1());
            values.put(ScoreMetric.PRECISION, matrix.precision());
            values.put(ScoreMetric.RECALL, matrix.recall());
            values.put(ScoreMetric.PREVALENCE, matrix.positives() / matrix.total());
        }
        score.averagePrecision().ifPresent(area -> values.put(ScoreMetric.AUPRC, area));
    }

    private static ClassificationScore score(List<ScoredItem> items, Predicate<ScoredItem> included, boolean weighted) {
        return ClassificationScore.of(items.stream()
                .filter(included)
                .map(item -> new Judgement(
                        item.truth(),
                        answer(item.verdict()),
                        weighted ? item.window().weight() : 1))
                .collect(Collectors.toList()));
    }

    private static Judgement.Answer answer(Verdict verdict) {
        if (verdict instanceof Verdict.Given given) {
            return given.probability().isPresent()
                    ? new Judgement.RatedPrediction(
                            given.positive(), given.probability().getAsDouble())
                    : new Judgement.Prediction(given.positive());
        }
        return new Judgement.Failed();
    }
}
