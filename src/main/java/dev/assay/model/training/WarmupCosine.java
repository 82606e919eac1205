package dev.assay.model.training;

import dev.assay.InvalidInputException;

/**
 * A learning rate with linear warmup and cosine decay (arXiv 1608.03983, equation 5, without restarts).
 *
 * @param peak the largest value
 * @param warmup the number of warmup steps
 * @param steps the number of all steps
 * @param lastShare the fraction of the peak at the last step
 */
record WarmupCosine(double peak, int warmup, int steps, double lastShare) {
    WarmupCosine {
        if (!(peak > 0)) {
            throw new InvalidInputException("the learning rate is " + peak + ", expected a positive number");
        }
        if (warmup < 0) {
            throw new InvalidInputException("warmup is " + warmup + " steps, expected at least 0");
        }
    }

    /** Returns the learning rate of a step, counted from 1. */
    double at(int step) {
        if (step <= warmup) {
            return peak * step / warmup;
        }
        double done = (double) (step - warmup) / Math.max(1, steps - warmup);
        double cosine = 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done)));
        return peak * (lastShare + (1 - lastShare) * cosine);
    }
}
