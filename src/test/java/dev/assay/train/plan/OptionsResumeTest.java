package dev.assay.train.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.CountingSource;
import dev.assay.io.Json;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.train.SaeTrainer;
import dev.assay.train.SmallRun;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.RateSchedule;
import dev.assay.train.spi.StepSpan;
import dev.assay.train.spi.TrainingMethod;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Resuming a run with every option enabled is exact. */
@Tag("slow")
class OptionsResumeTest {
    @TempDir
    private Path folder;

    static Stream<TrainingMethod> methods() {
        return Plans.methods();
    }

    private static SaeTrainer trainer(TrainingMethod method, CountingSource source, Path output) {
        SparsitySchedule sparsity = method.activeLatents() > 0
                ? new SparsitySchedule(StepSpan.NONE, KAnnealing.linear(12, StepSpan.share(0.5)))
                : SparsitySchedule.warmUp(StepSpan.steps(15));
        RateSchedule rate = new RateSchedule(
                StepSpan.steps(4), RateSchedule.Start.ZERO, RateSchedule.Decay.COSINE, StepSpan.share(0.5), 0.1);
        return SaeTrainer.of(method)
                .source(source)
                .dictionarySize(Plans.LATENTS)
                .tokens(28 * 16)
                .batchSize(16)
                .deadAfter(48)
                .bufferRows(64)
                .seed(3)
                .optimizer(method.optimizer(Plans.LATENTS).schedule(rate).averageDecay(0.9))
                .sparsity(sparsity)
                .initialization(DictionaryInitialization.standard()
                        .decoderBias(DictionaryInitialization.DecoderBias.MEAN)
                        .encoder(DictionaryInitialization.Encoder.INDEPENDENT, 1)
                        .activeShare(0.3))
                .auxiliaryLoss(new AuxiliaryLoss(0.1, AuxiliaryLoss.Convention.SCALED))
                .ghostGradients(0.5)
                .resampling(Resampling.every(7, 3))
                .output(output)
                .checkpointEvery(Duration.ZERO)
                .progress(false);
    }

    private static CountingSource source(int failsAfter) {
        int[] left = {failsAfter};
        return SmallRun.source().listener(pass -> {
            if (--left[0] == 0) {
                throw new IOException("killed");
            }
        });
    }

    private static List<float[]> finish(TrainingMethod method, Path output) throws IOException {
        try (SparseAutoencoder sae = trainer(method, SmallRun.source(), output).train()) {
            return SmallRun.numbers(sae);
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void resumesAfterFailuresAtRandomStepsToBitIdenticalResults(TrainingMethod method) throws IOException {
        List<float[]> expected = finish(method, null);
        SplittableRandom random = new SplittableRandom(4);
        List<float[]> found = null;
        int failures = 0;
        while (found == null) {
            try (SparseAutoencoder sae =
                    trainer(method, source(4 + random.nextInt(9)), folder).train()) {
                found = SmallRun.numbers(sae);
            } catch (IOException killed) {
                failures++;
            }
        }
        assertTrue(failures > 1, "failures: " + failures);
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), found.get(i)); // bit for bit
        }
    }

    /** Without an effect of each option, the test of resumption would not cover the option. */
    @Test
    void eachOptionChangesTheResult() throws IOException {
        TrainingMethod method = StandardTraining.l1(0.1);
        OptimizerOptions optimizer = method.optimizer(Plans.LATENTS);
        List<UnaryOperator<SaeTrainer>> changes = List.of(
                run -> run.optimizer(optimizer.averageDecay(0.9)),
                run -> run.optimizer(optimizer.schedule(RateSchedule.constant()).averageDecay(0.9)),
                run -> run.optimizer(optimizer),
                run -> run.sparsity(SparsitySchedule.none()),
                run -> run.initialization(DictionaryInitialization.standard().activeShare(0.3)),
                run -> run.initialization(DictionaryInitialization.standard()),
                run -> run.auxiliaryLoss(AuxiliaryLoss.none()),
                run -> run.ghostGradients(0),
                run -> run.resampling(Resampling.none()));
        Set<String> results = new HashSet<>();
        results.add(Arrays.toString(finish(method, null).get(0)));
        for (UnaryOperator<SaeTrainer> change : changes) {
            try (SparseAutoencoder sae =
                    change.apply(trainer(method, SmallRun.source(), null)).train()) {
                results.add(Arrays.toString(sae.encoder().toFloatArray()));
            }
        }
        assertEquals(changes.size() + 1, results.size());
    }

    @Test
    void refusesToResumeWithAChangedOptionByName() {
        TrainingMethod method = StandardTraining.l1(0.1);
        assertThrows(
                IOException.class, () -> trainer(method, source(12), folder).train());
        SaeTrainer run = trainer(method, SmallRun.source(), folder);
        refused(run.resampling(Resampling.every(7, 2)), "revival.resampling.after is [");
        refused(run.resampling(Resampling.every(7, 3)).ghostGradients(0), "revival.ghostCoefficient is 0.5");
        refused(run.ghostGradients(0.5).sparsity(SparsitySchedule.none()), "sparsity.warmUp.amount is 15.0");
        refused(
                run.sparsity(SparsitySchedule.warmUp(StepSpan.steps(15)))
                        .initialization(DictionaryInitialization.standard()),
                "initialization.decoderBias is MEAN in this run, GEOMETRIC_MEDIAN was asked for");
    }

    private static void refused(SaeTrainer changed, String message) {
        String found = assertThrows(InvalidInputException.class, changed::train).getMessage();
        assertTrue(found.contains(message), found);
    }

    /** Checkpoints and metadata contain plans, so their JSON form must not change. */
    @Test
    void writesThePlanAsJson() throws IOException {
        TrainingPlan plan = new TrainingPlan(
                StandardTraining.l1(2),
                24,
                640,
                16,
                3,
                OptimizerOptions.of(0.5).averageDecay(0.9),
                SparsitySchedule.warmUp(StepSpan.share(0.25)),
                new DeadLatentOptions(
                        AuxiliaryLoss.none(), DeadLatentRule.after(48), Resampling.at(StepSpan.steps(9)), 0.5),
                DictionaryInitialization.standard(),
                true,
                false,
                Target.INPUT);
        JsonNode expected = Json.mapper().readTree("""
                {"method":{"method":"standard","coefficient":2.0,"p":1.0,"normWeighted":false,"tied":false},
                 "dSae":24,"tokens":640,"batch":16,"seed":3,
                 "optimizer":{"learningRate":0.5,
                   "schedule":{"warmUp":{"amount":0.01,"unit":"SHARE"},"start":"FIRST_FRACTION","decay":"LINEAR",
                     "falling":{"amount":0.7,"unit":"SHARE"},"floor":0.0},
                   "beta1":0.9,"beta2":0.999,"clipNorm":1.0,"decoder":"UNIT_NORM_TANGENT","averageDecay":0.9},
                 "sparsity":{"warmUp":{"amount":0.25,"unit":"SHARE"},
                   "k":{"from":0.0,"over":{"amount":0.0,"unit":"STEPS"},"timing":"BEFORE_STEP"}},
                 "revival":{"auxiliary":{"coefficient":0.0,"convention":"NORMALIZED"},
                   "dead":{"tokens":48,"timing":"AFTER_BATCH"},
                   "resampling":{"after":[{"amount":9.0,"unit":"STEPS"}],"inputs":819200,"encoderScale":0.2},
                   "ghostCoefficient":0.5},
                 "initialization":{"decoderBias":"GEOMETRIC_MEDIAN","decoderNorm":1.0,"encoder":"TRANSPOSED",
                   "encoderScale":1.0,"activeShare":0.0},
                 "centresInput":true,"normalizes":false,"target":"INPUT"}
                """);
        assertEquals(expected, Json.mapper().readTree(Json.mapper().writeValueAsString(plan)));
    }
}
