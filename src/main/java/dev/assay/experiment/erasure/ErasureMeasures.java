package dev.assay.experiment.erasure;

import java.util.List;

/** Values that the cells of the experiment keep. */
final class ErasureMeasures {
    private ErasureMeasures() {}

    /**
     * Probes of the edited activations at the edited layer, on prompts that nothing was fitted to.
     *
     * @param linear accuracy of a linear probe that was trained on the edited prompts of the fitting part
     * @param auroc AUROC of this probe
     * @param otherText accuracy of a linear probe that was trained on edited prompts of another text than the edit
     * @param mlp accuracy of an MLP probe that was trained on the edited prompts of the fitting part
     */
    record Probes(double linear, double auroc, double otherText, double mlp) {}

    /**
     * Effects of an edit in the model.
     *
     * @param rightProbability probability of the right class
     * @param editSize norm of the change
     * @param divergence KL divergence in nats
     * @param linear accuracies of a fresh linear probe at the later layers
     * @param mlp accuracies of an MLP probe at the later layers; empty if not measured
     */
    record Effects(
            double rightProbability, double editSize, double divergence, List<Double> linear, List<Double> mlp) {}

    /**
     * The best feature among random features that are active equally often.
     *
     * @param feature drops per unit of edit norm of the best feature: accuracy of a fresh probe, probability of the right class
     * @param random the same drops of the random features
     * @param frequency share of the prompts on which the best feature is active
     * @param nearest largest difference of the frequency of a random feature
     */
    record Matched(Drops feature, List<Drops> random, double frequency, double nearest) {
        double accuracyP() {
            return p(random.stream()
                    .filter(drops -> drops.accuracy >= feature.accuracy)
                    .count());
        }

        double probabilityP() {
            return p(random.stream()
                    .filter(drops -> drops.probability >= feature.probability)
                    .count());
        }

        private double p(long atLeast) {
            return (1.0 + atLeast) / (1 + random.size());
        }
    }

    /** Drops of accuracy and of the probability of the right class per unit of edit norm. */
    record Drops(double accuracy, double probability) {}

    /** Sizes of the parts and the base values of a seed. */
    record Base(
            int selection,
            int fitting,
            int scoring,
            double c,
            Probes probes,
            Probes shuffled,
            Probes randomWeights,
            double rightProbability,
            double rightProbabilityRandomWeights,
            List<Double> linear,
            List<Double> mlp,
            List<Double> linearRandomWeights) {}
}
