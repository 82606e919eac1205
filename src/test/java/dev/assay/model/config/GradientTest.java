package dev.assay.model.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.model.training.LanguageModelLoss;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
class GradientTest {
    private static final double STEP = 1e-2;

    enum Family {
        NEOX(TransformerConfig.gptNeoX()),
        GPT2(TransformerConfig.gpt2()),
        LLAMA(TransformerConfig.llama().keyValueHeads(1)),
        MISTRAL(TransformerConfig.mistral().window(2)),
        QWEN2(TransformerConfig.qwen2()),
        QWEN3(TransformerConfig.qwen3().dHead(6)),
        GEMMA2(TransformerConfig.gemma2().window(2)),
        GEMMA3(TransformerConfig.gemma3().window(3)),
        PHI(TransformerConfig.phi().normalizedHeads(true)),
        QUICK(TransformerConfig.phi().activation(ActivationFunction.GELU_QUICK)),
        SQUARED(TransformerConfig.llama().activation(ActivationFunction.RELU_SQUARED)),
        TANH(TransformerConfig.gpt2().activation(ActivationFunction.TANH));

        final TransformerConfig config;

        Family(TransformerConfigBuilder builder) {
            config = builder.vocabularySize(23)
                    .contextLength(12)
                    .layers(2)
                    .dModel(16)
                    .heads(2)
                    .build();
        }
    }

    /** Large enough weights that differences stand out of the rounding of float32. */
    private static HookedTransformer model(Family family) {
        HookedTransformer model = HookedTransformer.random(family.config, 3, Device.cpu());
        model.parameters().values().stream()
                .filter(parameter -> parameter.getShape().dimension() > 1)
                .forEach(parameter -> parameter.muli(8));
        return model;
    }

    private static NDArray tokens(HookedTransformer model) {
        return model.manager().create(new long[] {1, 5, 22, 7, 7, 3, 0, 9, 14, 2}, new Shape(2, 5));
    }

    @ParameterizedTest
    @EnumSource
    void parameterGradientsMatchFiniteDifferences(Family family) {
        try (HookedTransformer model = model(family);
                Scope scope = Scope.open()) {
            var parameters = model.parameters();
            parameters.values().forEach(parameter -> parameter.setRequiresGradient(true));
            try (Autograd gradients = Autograd.recording()) {
                gradients.backward(LanguageModelLoss.of(model, tokens(model)));
            }
            SplittableRandom random = new SplittableRandom(1);
            parameters.forEach((name, parameter) -> {
                float[] gradient = parameter.getGradient().flatten().toFloatArray();
                // The entry with the steepest slope of eight, so that it stands out of the rounding.
                int steepest = random.nextInt(gradient.length);
                for (int i = 0; i < 8; i++) {
                    int at = random.nextInt(gradient.length);
                    steepest = Math.abs(gradient[at]) > Math.abs(gradient[steepest]) ? at : steepest;
                }
                double slope = slope(model, parameter, steepest);
                assertEquals(slope, gradient[steepest], 2e-3 + 2e-2 * Math.abs(slope), name);
            });
        }
    }

    private static double slope(HookedTransformer model, NDArray parameter, int at) {
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            float[] values = parameter.flatten().toFloatArray();
            float value = values[at];
            double[] losses = new double[2];
            for (int side = 0; side < 2; side++) {
                values[at] = (float) (value + (side == 0 ? -STEP : STEP));
                parameter.set(values);
                losses[side] = LanguageModelLoss.of(model, tokens(model)).getFloat();
            }
            values[at] = value;
            parameter.set(values);
            return (losses[1] - losses[0]) / (2 * STEP);
        }
    }

    @ParameterizedTest
    @EnumSource
    void gradientsFlowThroughEverySite(Family family) {
        try (HookedTransformer model = model(family)) {
            for (HookPoint point : model.hookPoints()) {
                try (Scope scope = Scope.open();
                        Autograd gradients = Autograd.recording()) {
                    NDArray factor = model.manager().ones(new Shape(1));
                    factor.setRequiresGradient(true);
                    try (HookScope open = model.hooks()
                            .edit(point, (x, site) -> x.mul(factor))
                            .open()) {
                        gradients.backward(LanguageModelLoss.of(model, tokens(model)));
                    }
                    float slope = factor.getGradient().getFloat();
                    double measured = (scaled(model, point, 1.01f) - scaled(model, point, 0.99f)) / 0.02;
                    assertEquals(measured, slope, 2e-3 + 2e-2 * Math.abs(measured), point.name());
                }
            }
        }
    }

    private static double scaled(HookedTransformer model, HookPoint point, float factor) {
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open();
                HookScope open =
                        model.hooks().edit(point, (x, site) -> x.mul(factor)).open()) {
            return LanguageModelLoss.of(model, tokens(model)).getFloat();
        }
    }

    @ParameterizedTest
    @EnumSource
    void recordingGradientsKeepsLogitsEqual(Family family) {
        try (HookedTransformer model = model(family);
                Scope scope = Scope.open()) {
            NDArray plain = model.forward(tokens(model));
            try (Autograd gradients = Autograd.recording()) {
                NDArray recorded = model.forward(tokens(model));
                assertTrue(recorded.sub(plain).abs().max().getFloat() < 1e-6);
            }
        }
    }
}
