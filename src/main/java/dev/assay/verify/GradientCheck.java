package dev.assay.verify;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Gaussian;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.DeadLatentRule;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.TrainingMethod;
import java.util.Locale;
import java.util.Map;

/**
 * Compares the closed-form gradients of a training method with central differences of its loss, on a small random dictionary. Losses are
 * float32, so that differences are accurate to about 1e-3. Methods with straight-through estimators, such as JumpReLU, have gradients that
 * are not those of their loss.
 */
public final class GradientCheck {
    private static final int ROWS = 12;
    private static final int D_IN = 6;
    private static final int LATENTS = 16;
    private static final float STEP = 5e-3f;

    private final TrainingState state;
    private final NDArray x;

    private GradientCheck(TrainingState state, NDArray x) {
        this.state = state;
        this.x = x;
    }

    /**
     * The largest deviation of a gradient from the difference of losses.
     *
     * @param parameter the parameter
     * @param index the entry of the flattened array
     * @param expected the difference of losses over the difference of the entry
     * @param found the closed-form gradient
     */
    public record Result(Parameter parameter, int index, double expected, double found) {
        /**
         * Returns the deviation relative to {@code 1 + |expected|}.
         *
         * @return at least 0
         */
        public double maxError() {
            return Math.abs(found - expected) / (1 + Math.abs(expected));
        }

        /**
         * Describes the result.
         *
         * @return one line
         */
        public String toText() {
            return String.format(
                    Locale.ROOT,
                    "largest gradient error %.1e: %s entry %d is %.6f, difference of losses %.6f",
                    maxError(),
                    parameter.key(),
                    index,
                    found,
                    expected);
        }
    }

    /**
     * Checks a method on a dictionary of 16 latents and 6 dimensions, with sparse and with dense codes.
     *
     * @param method the method; its selection must not need the whole batch
     * @return the largest error of all parameters
     */
    public static Result run(TrainingMethod method) {
        Result sparse = run(method, false);
        Result dense = run(method, true);
        return sparse.maxError() > dense.maxError() ? sparse : dense;
    }

    /**
     * Checks a method with one representation of codes.
     *
     * @param method the method
     * @param dense whether codes are a matrix, which selections over a whole batch do not support; else a list of entries
     * @return the largest error of all parameters
     */
    public static Result run(TrainingMethod method, boolean dense) {
        TrainingPlan plan = new TrainingPlan(
                method,
                LATENTS,
                ROWS,
                ROWS,
                0,
                method.optimizer(LATENTS),
                AuxiliaryLoss.none(),
                DeadLatentRule.after(Integer.MAX_VALUE),
                false,
                false,
                false);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            DictionaryParameters parameters = InitialDictionary.of(manager, plan, D_IN, D_IN);
            parameters.byName().forEach((parameter, array) -> {
                NDArray noise = Gaussian.array(manager, array.getShape(), 1 + parameter.ordinal());
                Aten.add_(array, noise, 0.3);
            });
            NDArray x = Gaussian.array(manager, new Shape(ROWS, D_IN), 99);
            try (TrainingState state = new TrainingState(manager, plan, parameters)) {
                state.useDenseLayout(dense);
                return new GradientCheck(state, x).worst();
            }
        }
    }

    private Result worst() {
        DictionaryParameters gradients =
                state.sums(x).gradients().all().map((parameter, gradient) -> gradient.duplicate());
        Result worst = new Result(Parameter.ENCODER, 0, 0, 0);
        try (gradients) {
            for (Map.Entry<Parameter, NDArray> entry :
                    state.parameters().byName().entrySet()) {
                float[] found = gradients.get(entry.getKey()).toFloatArray();
                for (int i = 0; i < found.length; i++) {
                    Result result = new Result(entry.getKey(), i, difference(entry.getValue(), i), found[i]);
                    worst = result.maxError() > worst.maxError() ? result : worst;
                }
            }
        }
        return worst;
    }

    private double difference(NDArray array, int index) {
        float[] values = array.toFloatArray();
        float before = values[index];
        float above = before + STEP;
        float below = before - STEP;
        double difference = loss(array, values, index, above) - loss(array, values, index, below);
        set(array, values, index, before);
        return difference / ((double) above - below);
    }

    private double loss(NDArray array, float[] values, int index, float value) {
        set(array, values, index, value);
        try (Scope scope = Scope.open()) {
            return state.sums(x).values().total();
        }
    }

    private static void set(NDArray array, float[] values, int index, float value) {
        values[index] = value;
        try (Scope scope = Scope.open()) {
            Aten.copy_(array, array.getManager().create(values, array.getShape()));
        }
    }
}
