package dev.assay.explain;

import java.util.Arrays;
import java.util.List;

/**
 * The group of windows that an example is drawn from. A window is active if the feature is active on at least one of its tokens, otherwise
 * silent. Within a {@link Group}, a document has at most one example of a feature.
 */
public enum Stratum {
    /** The windows with the largest maximum activations. */
    TOP(Group.TOP_AND_RANDOM),
    /** Active windows, drawn uniformly from documents without a {@link #TOP} or {@link #RANDOM_ANY} window. */
    RANDOM_ACTIVE(Group.TOP_AND_RANDOM),
    /** Windows, active or silent, drawn uniformly from documents without a {@link #TOP} window. */
    RANDOM_ANY(Group.TOP_AND_RANDOM),
    /** Active windows in the lowest tenth of the maximum activations. */
    DECILE_1(Group.DECILES),
    /** Active windows in the second tenth. */
    DECILE_2(Group.DECILES),
    /** Active windows in the third tenth. */
    DECILE_3(Group.DECILES),
    /** Active windows in the fourth tenth. */
    DECILE_4(Group.DECILES),
    /** Active windows in the fifth tenth. */
    DECILE_5(Group.DECILES),
    /** Active windows in the sixth tenth. */
    DECILE_6(Group.DECILES),
    /** Active windows in the seventh tenth. */
    DECILE_7(Group.DECILES),
    /** Active windows in the eighth tenth. */
    DECILE_8(Group.DECILES),
    /** Active windows in the ninth tenth. */
    DECILE_9(Group.DECILES),
    /** Active windows in the highest tenth of the maximum activations. */
    DECILE_10(Group.DECILES),
    /** Silent windows, drawn uniformly. */
    NEGATIVE_RANDOM(Group.NEGATIVES),
    /** Silent windows with the token on which the feature has the most activation in the training documents. */
    NEGATIVE_SURFACE(Group.NEGATIVES),
    /** Silent windows without that token, in which a neighbour of the feature is active. */
    NEGATIVE_NEIGHBOUR(Group.NEGATIVES),
    /**
     * Silent windows among those whose text embedding is nearest to the mean of active training windows; see
     * {@link ExampleSet#withSimilarNegatives}. Without that option there are none.
     */
    NEGATIVE_SIMILAR(Group.NEGATIVES),
    /** All tokens of a part, without a draw. */
    WHOLE(Group.WHOLE),
    /** Windows around a token, drawn with a probability proportional to its squared activation, as in SAEBench. */
    IMPORTANCE(Group.CENTRED);

    /** The deciles, lowest first. */
    public static final List<Stratum> DECILES = of(Group.DECILES);

    /** The strata of silent windows. */
    public static final List<Stratum> NEGATIVES = of(Group.NEGATIVES);

    private final Group group;

    Stratum(Group group) {
        this.group = group;
    }

    /** Strata whose examples are in different documents. Examples of different groups can be in one document. */
    public enum Group {
        /** The sets of top and random text of OpenAI's protocol. */
        TOP_AND_RANDOM,
        /** Active windows by activation. With {@link #NEGATIVES}, their weights sum to all windows of the part. */
        DECILES,
        /** Silent windows. */
        NEGATIVES,
        /** All tokens. */
        WHOLE,
        /** Windows of {@code explain.saebench}, which {@link FeatureExamples#windows} does not have. */
        CENTRED
    }

    /** {@return the group, in which a document has at most one example of a feature} */
    public Group group() {
        return group;
    }

    /**
     * Returns a decile.
     *
     * @param number 1 for the lowest activations to 10 for the highest
     * @return the stratum
     */
    public static Stratum decile(int number) {
        return DECILES.get(number - 1);
    }

    /** {@return 1 to 10 for a decile, lowest first; 0 for other strata} */
    public int decile() {
        return group == Group.DECILES ? 1 + DECILES.indexOf(this) : 0;
    }

    private static List<Stratum> of(Group group) {
        return Arrays.stream(values()).filter(stratum -> stratum.group == group).toList();
    }
}
