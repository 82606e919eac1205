package dev.assay.explain;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The values of a {@link FeatureScore}. Figures of the corpus are computed on all tokens or windows of the test documents, or estimated
 * from drawn ones with their weights. Balanced figures have as many positive as negative items; they are published for other tools and do not
 * detect an explanation that is too broad for a rare feature (Oikarinen et al., "NeuronEval", arXiv 2506.05774).
 */
public enum ScoreMetric {
    /** F1 on the corpus, at a threshold that was chosen on the calibration documents. */
    F1(true),
    /** Area under the precision-recall curve on the corpus; its chance level is the share of active items. */
    AUPRC(true),
    /** Pearson correlation of true and simulated activations on the corpus. */
    PEARSON(true),
    /** Precision on the corpus. */
    PRECISION(false),
    /** Recall on the corpus. */
    RECALL(false),
    /** The share of active items in the corpus, the chance level of {@link #AUPRC}. */
    PREVALENCE(false),
    /** Entropy of the distribution of activation over token ids, in bits; 0 for a feature of one token. */
    TOKEN_ENTROPY(false),
    /** Mean of recall and true negative rate on the drawn items, without weights. */
    BALANCED_ACCURACY(false),
    /** F1 on the drawn items, without weights. */
    BALANCED_F1(false),
    /** Precision on the drawn items, without weights. */
    BALANCED_PRECISION(false),
    /** Recall on the drawn items, without weights. */
    BALANCED_RECALL(false),
    /** Area under the ROC curve on the drawn items, without weights. */
    AUROC(false),
    /** Share of correct answers. */
    ACCURACY(false),
    /** The accuracy of guessing or of a constant answer. */
    CHANCE(false),
    /** {@code (accuracy − chance) / (1 − chance)}. */
    ABOVE_CHANCE(false),
    /** Correlation of true and simulated activations over top and random active windows, OpenAI's score. */
    CORRELATION_TOP_AND_RANDOM(false),
    /** Correlation over top windows only. */
    CORRELATION_TOP(false),
    /** Correlation over random active windows only; its difficulty depends on the sparsity of the dictionary. */
    CORRELATION_RANDOM_ACTIVE(false),
    /** Correlation over random windows, most of which are silent for a rare feature. */
    CORRELATION_RANDOM_ANY(false),
    /** {@code 1 − Σ(y − p)² / Σy²} of simulated activations p, not centred. */
    R_SQUARED(false),
    /** {@code 1 − Σ|y − p| / Σ|y|}. */
    ABSOLUTE_DEVIATION(false),
    /** {@link #R_SQUARED} after a calibration on the calibration documents. */
    CALIBRATED_R_SQUARED(false),
    /** {@link #ABSOLUTE_DEVIATION} after a calibration on the calibration documents. */
    CALIBRATED_ABSOLUTE_DEVIATION(false);

    /** The headline figures: they decrease if labels are missing and if there are extra labels. */
    public static final List<ScoreMetric> HEADLINE =
            Arrays.stream(values()).filter(metric -> metric.headline).toList();

    private final boolean headline;

    ScoreMetric(boolean headline) {
        this.headline = headline;
    }

    /** {@return the name in files, such as {@code balanced_accuracy}} */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return the heading in tables, such as {@code balanced accuracy}} */
    public String title() {
        return switch (this) {
            case F1, AUPRC, AUROC -> name();
            case PEARSON -> "Pearson";
            case BALANCED_F1 -> "balanced F1";
            case R_SQUARED -> "R²";
            case CALIBRATED_R_SQUARED -> "calibrated R²";
            default -> id().replace('_', ' ');
        };
    }

    /** {@return whether it is a headline figure} */
    public boolean isHeadline() {
        return headline;
    }

    /**
     * Returns the metric of a name.
     *
     * @param id a name in files
     * @return the metric
     * @throws InvalidInputException if there is none
     */
    public static ScoreMetric named(String id) {
        return Arrays.stream(values())
                .filter(metric -> metric.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("unknown metric \"" + id + "\", expected one of "
                        + Arrays.stream(values()).map(ScoreMetric::id).collect(Collectors.joining(", "))));
    }
}
