package dev.assay.train.method;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.TrainingMethod;

/**
 * p-annealing (Karvonen et al., arXiv 2408.00113, section 4): {@link StandardTraining} with the penalty
 *
 * <pre>
 * λ_t · E Σ_l c_l^p          p from 1 down to 0.2 in the paper
 * λ_t · E (Σ_l c_l^p)^(1/p)  with the root
 * </pre>
 *
 * <p>An exponent below 1 approximates the number of active latents more closely, but is difficult to optimise from the start. p changes at
 * {@code updates} steps, evenly spaced between two shares of the run; value i is {@code pStart + (pEnd − pStart) · i / (updates − 1)}. To
 * keep the strength of the penalty constant across a change, λ is multiplied by the ratio of the penalty with the old p to the penalty with
 * the new p, both averaged over the last batches. A change takes effect in the following step, as in dictionary_learning. There the penalty
 * without the root is called {@code Lp^p}, and the last change occurs after the last step.
 *
 * @param coefficient the initial λ
 * @param pStart the first exponent
 * @param pEnd the last exponent
 * @param root whether the root is applied
 * @param from the share of the run before the first change of p
 * @param to the share of the run before the last change of p
 * @param updates the number of changes, at least 2
 * @param queue the number of batches in the averages
 */
public record PAnnealingTraining(
        double coefficient, double pStart, double pEnd, boolean root, double from, double to, int updates, int queue)
        implements TrainingMethod {
    /** Checks the ranges. */
    public PAnnealingTraining {
        InvalidInputException.require(
                coefficient >= 0 && Double.isFinite(coefficient), "the sparsity coefficient", coefficient, "0 or more");
        InvalidInputException.require(
                pStart > 0 && Double.isFinite(pStart), "the first exponent p", pStart, "a number above 0");
        InvalidInputException.require(
                pEnd > 0 && pEnd <= pStart, "the last exponent p", pEnd, "a number above 0, at most the first");
        InvalidInputException.require(
                from >= 0 && from <= 1, "the start of the annealing", from, "a share between 0 and 1");
        InvalidInputException.require(
                to >= from && to <= 1, "the end of the annealing", to, "a share between its start and 1");
        InvalidInputException.require(updates >= 2, "the number of changes of p", updates, "at least 2");
        InvalidInputException.require(queue >= 1, "the queue length of p-annealing", queue, "at least 1");
    }

    /**
     * Returns the form of the paper: p from 1 to 0.2, no root, 10 changes starting after 3/10 of the run, averages over 10 batches.
     *
     * @param coefficient the initial λ
     * @return the method
     */
    public static PAnnealingTraining of(double coefficient) {
        return new PAnnealingTraining(coefficient, 1, 0.2, false, 0.3, 1, 10, 10);
    }

    @Override
    public String id() {
        return "p_annealing";
    }

    @Override
    public String label() {
        return BuiltInMethods.P_ANNEALING;
    }

    @Override
    public Objective objective(ObjectiveContext context) {
        return new PAnnealingObjective(this, context);
    }
}
