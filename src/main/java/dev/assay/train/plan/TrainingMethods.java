package dev.assay.train.plan;

import dev.assay.InvalidInputException;
import dev.assay.sae.TopK;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The training methods by the names that files and options give them, each with the one number that decides how sparse codes are. */
public enum TrainingMethods {
    /** The k largest of each row. */
    TOPK("topk", "k", (k, dSae) -> new TopKTraining(TopK.of(whole(k)))),
    /** The largest of each batch. */
    BATCHTOPK("batchtopk", "k", (k, dSae) -> BatchTopKTraining.of(k)),
    /** The largest of each batch, with nested dictionaries of 1/32, 3/32, 7/32, 15/32 and all of the latents. */
    MATRYOSHKA("matryoshka", "k", (k, dSae) -> MatryoshkaTraining.of(k, dSae)),
    /** The L1 penalty with decoder rows of norm 1. */
    STANDARD("standard", "coefficient", (coefficient, dSae) -> StandardTraining.l1(coefficient)),
    /** The L1 penalty weighted by decoder norms. */
    STANDARD_NORM_WEIGHTED(
            "standard-norm-weighted", "coefficient", (coefficient, dSae) -> StandardTraining.normWeighted(coefficient)),
    /** The L1 penalty where the decoder is the encoder. */
    TIED("tied", "coefficient", (coefficient, dSae) -> StandardTraining.tied(coefficient)),
    /** An Lp penalty whose p comes down. */
    P_ANNEALING("p-annealing", "coefficient", (coefficient, dSae) -> PAnnealingTraining.of(coefficient)),
    /** A gate beside the magnitudes. */
    GATED("gated", "coefficient", (coefficient, dSae) -> GatedTraining.of(coefficient)),
    /** Thresholds that a count of active latents teaches. */
    JUMPRELU(
            "jumprelu",
            "coefficient",
            (coefficient, dSae) -> JumpReluTraining.of(new JumpReluPenalty.Step(coefficient))),
    /** Thresholds that a tanh penalty with scale 4 teaches, as in Anthropic's "January update" (2025). */
    JUMPRELU_TANH(
            "jumprelu-tanh",
            "coefficient",
            (coefficient, dSae) -> JumpReluTraining.of(new JumpReluPenalty.Tanh(coefficient, 4))),
    /** Thresholds that are taught to let a given number of latents be active, as in dictionary_learning. */
    JUMPRELU_TARGET(
            "jumprelu-target", "l0", (l0, dSae) -> JumpReluTraining.of(new JumpReluPenalty.Target(1, l0, false)));

    private final String id;
    private final String number;
    private final Maker maker;

    private interface Maker {
        TrainingMethod make(double number, int dSae);
    }

    TrainingMethods(String id, String number, Maker maker) {
        this.id = id;
        this.number = number;
        this.maker = maker;
    }

    /**
     * Finds a method.
     *
     * @param id its name
     * @return the method
     * @throws InvalidInputException when there is none of that name
     */
    public static TrainingMethods of(String id) {
        return Arrays.stream(values())
                .filter(method -> method.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("the method is \"" + id + "\", expected one of " + ids()));
    }

    /**
     * Lists the names of all methods.
     *
     * @return separated by commas
     */
    public static String ids() {
        return Arrays.stream(values()).map(TrainingMethods::id).collect(Collectors.joining(", "));
    }

    /**
     * Returns the name of this method.
     *
     * @return such as {@code topk}
     */
    public String id() {
        return id;
    }

    /**
     * Returns what its number is called.
     *
     * @return {@code k}, {@code l0} or {@code coefficient}
     */
    public String number() {
        return number;
    }

    /**
     * Makes the method with its other numbers as they usually are.
     *
     * @param sparsity k, the L0 that is aimed at, or the coefficient
     * @param dSae the number of latents
     * @return the method
     * @throws InvalidInputException when the number is out of range
     */
    public TrainingMethod make(double sparsity, int dSae) {
        return maker.make(sparsity, dSae);
    }

    private static int whole(double k) {
        if (k != Math.rint(k) || Math.abs(k) > Integer.MAX_VALUE) {
            throw new InvalidInputException("k is " + k + ", expected an integer");
        }
        return (int) k;
    }
}
