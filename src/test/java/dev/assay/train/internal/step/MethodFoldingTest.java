package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.activation.CountingSource;
import dev.assay.sae.JumpRelu;
import dev.assay.sae.Sites;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.MatryoshkaTraining;
import dev.assay.train.plan.MethodCase;
import dev.assay.train.plan.Target;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.ReconstructionLoss;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a run leaves behind computes what the model in training computed, on activations that were not scaled. */
class MethodFoldingTest {
    static Stream<MethodCase> cases() {
        return MethodCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void savedDictionaryIsTheTrainingModel(MethodCase c, @TempDir Path folder) throws IOException {
        boolean transcodes = c.target() != Target.INPUT;
        ActivationScale scale = transcodes ? new ActivationScale(3.7, 0.021) : ActivationScale.of(3.7);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                TrainingState state = c.state(manager)) {
            StepSums sums = state.sums(c.batch(manager));
            NDArray scaled = MethodCase.array(manager, c.x());
            NDArray target = MethodCase.array(manager, c.targetRows());
            NDArray expected = threshold(state) == null
                    ? sums.error().add(target)
                    : aboveThreshold(state, c, scaled, threshold(state));
            try (SparseAutoencoder folded = TrainedDictionaryBuilder.fold(
                    state, scale, new CountingSource(MethodCase.D_IN, pass -> 1).provenance(), sites(state))) {
                assertEquals(!transcodes, folded.architecture().reconstructsInput());
                compare(expected, folded, scaled, scale);
                if (!c.dense()) { // what is saved does not know how it was trained
                    folded.save(folder);
                    try (SparseAutoencoder loaded = SparseAutoencoder.load(folder)) {
                        compare(expected, loaded, scaled, scale);
                    }
                }
            }
        }
    }

    private static void compare(NDArray expected, SparseAutoencoder found, NDArray scaled, ActivationScale scale) {
        NDArray raw = scaled.div((float) scale.input());
        NDArray difference = found.reconstruct(raw).mul((float) scale.target()).sub(expected);
        double largest = expected.abs().max().getFloat();
        assertTrue(largest > 0.1);
        assertEquals(0, difference.abs().max().getFloat() / largest, 1e-6);
    }

    private static NDArray threshold(TrainingState state) {
        return state.objective().state().get(LossNames.THRESHOLD);
    }

    /** A model that selects over a batch encodes single rows by its threshold, on pre-activations as training ranks them. */
    private static NDArray aboveThreshold(TrainingState state, MethodCase c, NDArray x, NDArray threshold) {
        DictionaryParameters p = state.parameters();
        NDArray s = c.centres() ? x.sub(p.decoderBias()) : x;
        NDArray pre = s.matMul(p.encoder().transpose()).add(p.encoderBias());
        NDArray ranks = state.objective().trained(p, 1).foldsDecoderNorms() ? pre.mul(p.decoderNorms()) : pre;
        // The smallest selected activation is the threshold; a rounding must not decide about it.
        Aten.mul_(threshold, 0.999);
        NDArray codes = pre.mul(ReconstructionLoss.indicator(ranks.gt((float) threshold.getDouble())));
        NDArray y = codes.matMul(p.decoder()).add(p.decoderBias());
        return p.has(Parameter.SKIP) ? y.add(x.matMul(p.get(Parameter.SKIP).transpose())) : y;
    }

    static Stream<MethodCase> withThreshold() {
        return cases().filter(c -> c.method() instanceof BatchTopKTraining || c.method() instanceof MatryoshkaTraining);
    }

    @ParameterizedTest
    @MethodSource("withThreshold")
    void oneThresholdServesAllLatentsOnceNormsAreFolded(MethodCase c) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                TrainingState state = c.state(manager)) {
            state.sums(c.batch(manager));
            NDArray threshold = threshold(state);
            try (SparseAutoencoder folded = TrainedDictionaryBuilder.fold(
                    state,
                    ActivationScale.of(2),
                    new CountingSource(MethodCase.D_IN, pass -> 1).provenance(),
                    sites(state))) {
                float expected = (float) (threshold.getDouble() / 2);
                assertTrue(expected > 0);
                for (float found : folded.weights().extra(JumpRelu.THRESHOLD).toFloatArray()) {
                    assertEquals(expected, found, 1e-6 * expected);
                }
            }
        }
    }

    private static Sites sites(TrainingState state) {
        int dIn = state.parameters().dIn();
        return state.plan().target() == Target.INPUT
                ? Sites.of("in", dIn)
                : state.plan()
                        .target()
                        .sites(
                                List.of("in", "out"),
                                List.of(dIn, state.parameters().dOut()));
    }
}
