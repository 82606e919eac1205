package dev.assay.experiment.layers;

import dev.assay.InvalidInputException;
import dev.assay.train.SaeTrainer;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.spi.TrainingMethod;
import dev.assay.train.spi.TrainingMethodProvider;

/**
 * A dictionary of one site.
 *
 * @param site the name of the hook point
 * @param method the name of the training method
 * @param sparsity its L1 coefficient, other coefficient or k
 * @param latents the number of latents
 */
record LayerMember(String site, String method, double sparsity, int latents) {
    /** Returns the name in a sweep. */
    String name() {
        return site + "-" + method + "-" + sparsity;
    }

    /** Returns whether the sparsity of a method is a number of active latents. */
    static boolean countsLatents(String method) {
        return TrainingMethods.of(method).sparsityOption().equals(TrainingMethodProvider.K);
    }

    SaeTrainer trainer(double learningRate, long seed) {
        TrainingMethod created = TrainingMethods.create(method, sparsity, latents);
        InvalidInputException.require(
                !countsLatents(method) || sparsity <= latents,
                () -> "setting k has " + sparsity + ", expected at most the " + latents + " latents of " + site);
        return SaeTrainer.of(created)
                .dictionarySize(latents)
                .learningRate(learningRate)
                .seed(seed);
    }
}
