package dev.assay.train.method;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.TrainingMethod;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Matryoshka BatchTopK (arXiv 2503.17547): the codes of {@link BatchTopKTraining} with a reconstruction from each of several nested
 * prefixes of the latents, so that the first latents reconstruct without the others:
 *
 * <pre>
 * x̂_g  = Σ_{l &lt; width_g} c_l · W_dec,l + b_dec
 * loss = Σ_g weight_g · E‖x̂_g − x‖² + auxiliary loss
 * </pre>
 *
 * <p>The paper and SAELens use weights of 1, see {@link #of}. dictionary_learning computes the mean over n groups of losses with weights
 * 1/n, so that its loss is smaller by a factor of n², see {@link #ofFractions}. The auxiliary loss uses the residual of the full width. The
 * log contains the unweighted error of the full width as {@code mse_loss}, and the other errors as {@code inner_mse_loss_}width.
 *
 * @param selection the selection of codes
 * @param widths the number of latents per prefix, increasing; the last is d_sae
 * @param weights the weight of the loss per prefix
 */
public record MatryoshkaTraining(BatchTopKTraining selection, List<Integer> widths, List<Double> weights)
        implements TrainingMethod {
    /**
     * The factor of the learning rate. At the base rate, large dictionaries explain less variance; at 1.4 times that rate, a sixth of their
     * latents is unused.
     */
    private static final double RATE = 1.2;

    /** Checks the ranges. */
    public MatryoshkaTraining {
        widths = List.copyOf(widths);
        weights = List.copyOf(weights);
        int before = 0;
        for (int width : widths) {
            if (width <= before) {
                throw new InvalidInputException("the widths of a Matryoshka dictionary are " + widths
                        + ", expected increasing numbers above 0");
            }
            before = width;
        }
        if (widths.isEmpty() || weights.size() != widths.size()) {
            throw new InvalidInputException("a Matryoshka dictionary has " + widths.size() + " widths and "
                    + weights.size() + " weights, expected at least one width and one weight per width");
        }
        for (double weight : weights) {
            if (!(weight >= 0 && Double.isFinite(weight))) {
                throw new InvalidInputException(
                        "the weights of a Matryoshka dictionary are " + weights + ", expected numbers of 0 or more");
            }
        }
    }

    /**
     * Returns the loss of the paper: an unweighted sum. Decoder rows have norm 1 during training: with free norms, a quarter of the latents
     * remain unused in short runs.
     *
     * @param k the mean number of active latents per row
     * @param widths the number of latents per prefix, increasing; the last is d_sae
     * @return the method
     */
    public static MatryoshkaTraining of(double k, List<Integer> widths) {
        BatchTopKTraining selection = new BatchTopKTraining(k, false, ThresholdRule.standard());
        return new MatryoshkaTraining(selection, widths, Collections.nCopies(widths.size(), 1.0));
    }

    /**
     * Returns the method with five prefixes of 1/32, 3/32, 7/32, 15/32 and all of the latents. Each group except the last is twice as large
     * as the previous one.
     *
     * @param k the mean number of active latents per row
     * @param dSae the number of latents, at least 32
     * @return the method, weighted as in the paper
     */
    public static MatryoshkaTraining of(double k, int dSae) {
        return of(k, widths(List.of(1.0 / 32, 1.0 / 16, 1.0 / 8, 1.0 / 4, 17.0 / 32), dSae));
    }

    /**
     * Returns the loss of dictionary_learning: the mean over groups of weighted losses.
     *
     * @param selection the selection of codes
     * @param dSae the number of latents
     * @param fractions the share of latents per group
     * @param groupWeights the weight per group; null for 1/n each, the default of dictionary_learning
     * @return the method
     */
    public static MatryoshkaTraining ofFractions(
            BatchTopKTraining selection, int dSae, List<Double> fractions, List<Double> groupWeights) {
        int groups = fractions.size();
        List<Double> weights = groupWeights == null ? Collections.nCopies(groups, 1.0 / groups) : groupWeights;
        return new MatryoshkaTraining(
                selection,
                widths(fractions, dSae),
                weights.stream().map(weight -> weight / groups).toList());
    }

    private static List<Integer> widths(List<Double> fractions, int dSae) {
        List<Integer> widths = new ArrayList<>();
        int sum = 0;
        for (double fraction : fractions.subList(0, fractions.size() - 1)) {
            sum += (int) (fraction * dSae);
            widths.add(sum);
        }
        widths.add(dSae);
        return widths;
    }

    /**
     * Returns the metric name of the squared error of a prefix.
     *
     * @param group the index of the prefix in {@code widths}
     * @return {@code mse_loss} for the full width, else {@code inner_mse_loss_} and the width
     */
    public String errorName(int group) {
        boolean full = group == widths.size() - 1;
        return full ? LossNames.SQUARED_ERROR : LossNames.INNER + widths.get(group);
    }

    @Override
    public String id() {
        return "matryoshka_batchtopk";
    }

    @Override
    public String label() {
        return BuiltInMethods.MATRYOSHKA;
    }

    @Override
    public void check(int dSae) {
        selection.check(dSae);
        int last = widths.get(widths.size() - 1);
        if (last != dSae) {
            throw new InvalidInputException(
                    "the last width of a Matryoshka dictionary is " + last + ", expected d_sae, which is " + dSae);
        }
    }

    @Override
    public OptimizerOptions optimizer(int dSae) {
        return selection.optimizer(dSae).learningRate(OptimizerOptions.rateFor(dSae, RATE));
    }

    @Override
    public double initialDecoderNorm() {
        return selection.initialDecoderNorm();
    }

    @Override
    public double activeLatents() {
        return selection.activeLatents();
    }

    @Override
    public Objective objective(ObjectiveContext context) {
        return new MatryoshkaObjective(this, context);
    }
}
