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
 * Matryoshka BatchTopK (arXiv 2503.17547): the codes of {@link BatchTopKTraining}, and a reconstruction from each of several nested
 * prefixes of the latents, so that the first latents must do without the others:
 *
 * <pre>
 * x̂_g  = Σ_{l &lt; width_g} c_l · W_dec,l + b_dec
 * loss = Σ_g weight_g · E‖x̂_g − x‖² + auxiliary loss
 * </pre>
 *
 * <p>The paper and SAELens weigh all by 1, see {@link #of}. dictionary_learning takes the mean over g of losses that are weighted by 1/n
 * in turn, so that its loss is smaller by n², see {@link #ofFractions}. The auxiliary loss is about what the full width leaves over. The
 * log has the unweighted error of the full width as {@code mse_loss}, and those of the others as {@code inner_mse_loss_}width.
 *
 * @param selection how codes are selected
 * @param widths the latents of each prefix, rising; the last is d_sae
 * @param weights one for each prefix
 */
public record MatryoshkaTraining(BatchTopKTraining selection, List<Integer> widths, List<Double> weights)
        implements TrainingMethod {
    /** Checks the ranges. */
    public MatryoshkaTraining {
        widths = List.copyOf(widths);
        weights = List.copyOf(weights);
        int before = 0;
        for (int width : widths) {
            if (width <= before) {
                throw new InvalidInputException(
                        "the widths of a Matryoshka dictionary are " + widths + ", expected rising numbers above 0");
            }
            before = width;
        }
        if (widths.isEmpty() || weights.size() != widths.size()) {
            throw new InvalidInputException("a Matryoshka dictionary has " + widths.size() + " widths and "
                    + weights.size() + " weights, expected one weight for each of at least one width");
        }
        for (double weight : weights) {
            if (!(weight >= 0 && Double.isFinite(weight))) {
                throw new InvalidInputException(
                        "the weights of a Matryoshka dictionary are " + weights + ", expected numbers from 0");
            }
        }
    }

    /**
     * Returns the paper's loss: a plain sum.
     *
     * @param k active latents a row, on average
     * @param widths the latents of each prefix, rising; the last is d_sae
     * @return the method
     */
    public static MatryoshkaTraining of(double k, List<Integer> widths) {
        return new MatryoshkaTraining(BatchTopKTraining.of(k), widths, Collections.nCopies(widths.size(), 1.0));
    }

    /**
     * Returns five prefixes, each but the last of twice the latents of the one before: 1/32, 3/32, 7/32, 15/32 and all of them.
     *
     * @param k active latents a row, on average
     * @param dSae the number of latents, at least 32
     * @return the method, weighted as in the paper
     */
    public static MatryoshkaTraining of(double k, int dSae) {
        return of(k, widths(List.of(1.0 / 32, 1.0 / 16, 1.0 / 8, 1.0 / 4, 17.0 / 32), dSae));
    }

    /**
     * Returns dictionary_learning's loss: the mean over groups of weighted losses.
     *
     * @param selection how codes are selected
     * @param dSae the number of latents
     * @param fractions the share of latents that each group adds
     * @param groupWeights one for each group; null for 1/n each, that library's default
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
     * Returns the name of the squared error of a prefix in metrics.
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
        return selection.optimizer(dSae);
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
