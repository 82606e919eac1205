package dev.assay.toy;

import dev.assay.sae.TopK;
import dev.assay.train.SaeTrainer;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.GatedTraining;
import dev.assay.train.method.JumpReluPenalty;
import dev.assay.train.method.JumpReluTraining;
import dev.assay.train.method.MatryoshkaTraining;
import dev.assay.train.method.PAnnealingTraining;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.method.ThresholdRule;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.spi.RateSchedule;
import dev.assay.train.spi.StepSpan;
import dev.assay.train.spi.TrainingMethod;
import java.util.List;

/**
 * A dictionary that {@link ToyExperiment} trains once per seed.
 *
 * @param name in tables and files
 * @param sparsity its k or its coefficient
 * @param dSae the number of latents
 * @param learningRate the peak learning rate
 * @param method of training
 * @param scaled whether activations are scaled in training to a typical distance of √d from their centre
 * @param activeShare 0 for the standard start. Otherwise encoder biases start where each latent is active on that share of the rows, and
 *     the decoder bias is not subtracted from the input: most steps are sparse, and the directions are found in fewer rows
 */
public record ToyMember(
        String name,
        double sparsity,
        int dSae,
        double learningRate,
        TrainingMethod method,
        boolean scaled,
        double activeShare) {
    /** Longer than any run: no latent counts as dead in training, and no warning is due in cells whose coefficient is too large. */
    private static final long NEVER_DEAD = Long.MAX_VALUE / 4;

    /** The default peak learning rate. */
    static final double LEARNING_RATE = 0.01;

    /** A longer warm-up than by default, with which L1 dictionaries find more of the planted features. */
    private static final RateSchedule SCHEDULE = RateSchedule.linear(StepSpan.share(0.05), StepSpan.share(0.7));

    /**
     * Returns a cell of the grid: the standard dictionary with an L1 penalty, which is not divided by the number of latents.
     *
     * @param dSae the number of latents
     * @param coefficient λ
     * @return the member
     */
    public static ToyMember cell(int dSae, double coefficient) {
        return cell(dSae, coefficient, L1Convention.SUM_PER_SAMPLE, 1, LEARNING_RATE, 0);
    }

    /**
     * Returns a cell of the grid with another convention or learning rate.
     *
     * @param dSae the number of latents
     * @param coefficient in the convention
     * @param convention the meaning of the coefficient
     * @param width the dimensions d
     * @param learningRate the peak learning rate
     * @param activeShare of the start, 0 for the standard start
     * @return the member, named by the coefficient and the number of latents
     */
    static ToyMember cell(
            int dSae, double coefficient, L1Convention convention, int width, double learningRate, double activeShare) {
        return new ToyMember(
                "l1-" + ToyReport.plain(coefficient) + "-" + dSae,
                coefficient,
                dSae,
                learningRate,
                StandardTraining.l1(convention.lambda(coefficient, width, dSae)),
                convention.scalesActivations(),
                activeShare);
    }

    /**
     * Returns every architecture with decoder rows of norm 1, and hyperparameters for 64 dimensions and 128 features, 5 of them active per
     * row.
     *
     * @param k the mean number of active features, for methods that need it
     * @param dSae the number of latents, at least 32
     * @return one member per architecture
     */
    public static List<ToyMember> architectures(int k, int dSae) {
        return List.of(
                member("standard L1", 1, dSae, StandardTraining.l1(1)),
                member("standard Lp 0.8", 0.7, dSae, new StandardTraining(0.7, 0.8, false, false)),
                new ToyMember("tied", 0.8, dSae, 2 * LEARNING_RATE, StandardTraining.tied(0.8), true, 0),
                member("p-annealing", 1, dSae, PAnnealingTraining.of(1)),
                member("gated", 4, dSae, GatedTraining.of(4)),
                member("JumpReLU step", 1, dSae, JumpReluTraining.of(new JumpReluPenalty.Step(1))),
                member("JumpReLU tanh", 1, dSae, JumpReluTraining.of(new JumpReluPenalty.Tanh(1, 1))),
                member("TopK", k, dSae, new TopKTraining(TopK.of(k))),
                member("BatchTopK", k, dSae, new BatchTopKTraining(k, false, ThresholdRule.standard())),
                member("Matryoshka", k, dSae, MatryoshkaTraining.of(k, dSae)));
    }

    private static ToyMember member(String name, double sparsity, int dSae, TrainingMethod method) {
        return new ToyMember(name, sparsity, dSae, LEARNING_RATE, method, true, 0);
    }

    /** Returns the training plan for one initialization. */
    SaeTrainer trainer(long seed) {
        SaeTrainer trainer = SaeTrainer.of(method)
                .dictionarySize(dSae)
                .optimizer(method.optimizer(dSae).learningRate(learningRate).schedule(SCHEDULE))
                .normalizesActivations(scaled)
                .seed(seed);
        return activeShare == 0
                ? trainer
                : trainer.centresInput(false)
                        .deadAfter(NEVER_DEAD)
                        .initialization(DictionaryInitialization.standard().activeShare(activeShare));
    }
}
