package dev.assay.explain;

import java.util.Arrays;
import java.util.List;

/**
 * The examples of one feature. {@link ExampleSet#of(int)} draws them. Explainers read {@link Part#TRAIN}; judges fit thresholds on
 * {@link Part#CALIBRATION} and score on {@link Part#TEST}.
 */
public interface FeatureExamples {
    /** {@return the index of the latent} */
    int latent();

    /** {@return the share of all tokens on which the feature is active} */
    double density();

    /**
     * Returns the examples of a stratum.
     *
     * @param part the documents
     * @param stratum any stratum but {@link Stratum#WHOLE}
     * @return the windows: {@link Stratum#TOP} strongest first, other strata in random order; empty if no document is eligible
     */
    List<TextWindow> windows(Part part, Stratum stratum);

    /**
     * Returns the number of windows of the part that a stratum represents. The windows divide all tokens of the part.
     *
     * @param part the documents
     * @param stratum any stratum; {@link Stratum#WHOLE} for all windows
     * @return the number; for {@link Stratum#NEGATIVE_RANDOM} all silent windows. The weights of the examples of {@link Stratum#DECILES} and {@link Stratum#NEGATIVES} sum to the number of
     *     {@link Stratum#WHOLE}
     */
    long size(Part part, Stratum stratum);

    /**
     * Returns the number of documents of a part on which the feature is active.
     *
     * @param part the documents
     * @return the number
     */
    int activeDocuments(Part part);

    /**
     * Iterates over all tokens of a part, for judges that score the whole corpus. The windows are longer than those of examples: each is a
     * document within a context, with weight 1.
     *
     * @param part the documents
     * @return the windows by position; each iterator starts from the first
     */
    Iterable<TextWindow> whole(Part part);

    /**
     * Returns the examples of several strata.
     *
     * @param part the documents
     * @param strata the strata, in order
     * @return their windows
     */
    default List<TextWindow> windows(Part part, List<Stratum> strata) {
        return strata.stream()
                .flatMap(stratum -> windows(part, stratum).stream())
                .toList();
    }

    /**
     * Returns the examples that represent the corpus: those of {@link Stratum#DECILES} and {@link Stratum#NEGATIVES}. Sums of
     * {@link TextWindow#weight} over them estimate sums over all windows of the part.
     *
     * @param part the documents
     * @return active windows, then silent ones
     */
    default List<TextWindow> representative(Part part) {
        return Arrays.stream(Stratum.values())
                .filter(stratum ->
                        stratum.group() == Stratum.Group.DECILES || stratum.group() == Stratum.Group.NEGATIVES)
                .flatMap(stratum -> windows(part, stratum).stream())
                .toList();
    }

    /**
     * Returns a view of one part, such as the training documents for an explainer.
     *
     * @param part the documents that may be read
     * @return a view that throws an {@link dev.assay.InvalidInputException} if another part is read
     */
    default FeatureExamples only(Part part) {
        return new RestrictedExamples(this, part);
    }
}
