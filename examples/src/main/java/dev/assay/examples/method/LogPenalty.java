package dev.assay.examples.method;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.sae.Standard;
import dev.assay.tensor.Aten;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.CodeSpace;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.MethodArguments;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.ReconstructionLoss;
import dev.assay.train.spi.ScheduleStep;
import dev.assay.train.spi.Selector;
import dev.assay.train.spi.StepAccumulator;
import dev.assay.train.spi.StepLoss;
import dev.assay.train.spi.TrainedParameters;
import dev.assay.train.spi.TrainingMethod;
import dev.assay.train.spi.TrainingMethodProvider;
import java.util.Set;

/**
 * A training method from outside Assay: the log-sum penalty (Candès, Wakin and Boyd, "Enhancing Sparsity by Reweighted ℓ1 Minimization", 2008)
 * in place of the L1 penalty. It shrinks large codes less than small ones.
 *
 * <pre>
 * c    = relu(s · W_encᵀ + b_enc)
 * x̂    = c · W_dec + b_dec
 * loss = E‖x̂ − x‖² + λ · E Σ_l log(1 + c_l / ε)
 * ∂/∂c_l of the penalty = λ / (ε + c_l)
 * </pre>
 *
 * @param coefficient λ
 * @param epsilon ε, the size of a code at which the slope of the penalty is half of that at 0
 */
public record LogPenalty(double coefficient, double epsilon) implements TrainingMethod {
    /** The name on the command line and in sweep files. */
    public static final String NAME = "log-penalty";

    /** Checks the ranges. */
    public LogPenalty {
        if (!(coefficient >= 0 && Double.isFinite(coefficient))) {
            throw new InvalidInputException("the coefficient is " + coefficient + ", expected 0 or more");
        }
        if (!(epsilon > 0 && Double.isFinite(epsilon))) {
            throw new InvalidInputException("epsilon is " + epsilon + ", expected a number above 0");
        }
    }

    @Override
    public String id() {
        return NAME;
    }

    @Override
    public Objective objective(ObjectiveContext context) {
        return new LogObjective(this);
    }

    private record LogObjective(LogPenalty method) implements Objective {
        @Override
        public StepLoss at(DictionaryParameters parameters, ScheduleStep step) {
            return new LogStep(Selector.positive(), method.coefficient * step.sparsity(), method.epsilon);
        }

        @Override
        public TrainedParameters trained(DictionaryParameters parameters, double scale) {
            return TrainedParameters.of(new Standard());
        }
    }

    private record LogStep(Selector selector, double coefficient, double epsilon) implements StepLoss {
        @Override
        public void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums) {
            Aten.relu_(pre);
            NDArray codes = pre;
            ReconstructionLoss reconstruction = ReconstructionLoss.of(sums, rows, space, codes);
            sums.losses().add(LossNames.SQUARED_ERROR, reconstruction.squaredError());
            reconstruction.addGradients();

            float factor = (float) (coefficient / sums.batchSize());
            NDArray shifted = codes.add((float) epsilon); // ε + c
            NDArray penalty = Aten.div(shifted, epsilon).log().sum(); // codes of 0 contribute log 1 = 0
            sums.losses().add("log_loss", penalty.mul(factor));

            NDArray codeGradient = reconstruction.codeGradient();
            NDArray slope = shifted.onesLike().div(shifted); // 1 / (ε + c)
            Aten.add_(codeGradient, slope, factor);
            Aten.keepWhereAbove_(codeGradient, codes, 0); // the slope of the rectifier
            sums.gradients().addPreActivations(space, rows, codeGradient);
            sums.countAbove(space, codes, 0);
        }
    }

    /** Creates the method by its name; {@code epsilon} is its own option. */
    public static final class Provider implements TrainingMethodProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Set<String> options() {
            return Set.of("epsilon");
        }

        @Override
        public TrainingMethod create(MethodArguments arguments) {
            return new LogPenalty(arguments.sparsity(), arguments.number("epsilon", 0.1));
        }
    }
}
