package dev.assay.train;

import dev.assay.activation.ActivationSource;
import dev.assay.activation.CountingSource;
import dev.assay.sae.TopK;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.JumpReluPenalty;
import dev.assay.train.method.JumpReluTraining;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.plan.Resampling;
import dev.assay.train.plan.SweepOutcome;
import dev.assay.train.plan.SweepResult;
import dev.assay.train.plan.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;

/** A sweep of eight members over two sites that takes an instant, for tests that interrupt it. */
final class SmallSweep {
    static final int BATCH = 16;
    static final int STEPS = 40;
    static final String FIRST = "blocks.0.hook_resid_post";
    static final String SECOND = "blocks.1.hook_resid_post";

    private SmallSweep() {}

    /** Rows of two sites, 6 and 4 wide. */
    static CountingSource source() {
        return new CountingSource(10, pass -> 5 + new SplittableRandom(pass).nextInt(40))
                .sites(List.of(FIRST, SECOND), List.of(6, 4))
                .indexScale(1e-4);
    }

    /** The first site of the same rows by itself. */
    static CountingSource firstSite() {
        return new CountingSource(6, pass -> 5 + new SplittableRandom(pass).nextInt(40)).indexScale(1e-4);
    }

    /** What is trained at the first site, and alone at that site gives the same. */
    static Map<String, Supplier<SaeTrainer>> members() {
        Map<String, Supplier<SaeTrainer>> members = new LinkedHashMap<>();
        members.put("topk-3", () -> small(SaeTrainer.of(TopK.of(3)), 24, 3));
        members.put(
                "topk-3-seed4", () -> small(SaeTrainer.of(TopK.of(3)), 24, 4).normalizesActivations(false));
        members.put("topk-2-by-norm", () -> small(SaeTrainer.of(new TopK(2, true)), 40, 5));
        members.put("batchtopk-2", () -> small(SaeTrainer.of(BatchTopKTraining.of(2)), 40, 6));
        members.put("jumprelu", () -> small(SaeTrainer.of(JumpReluTraining.of(new JumpReluPenalty.Step(0.1))), 32, 7));
        members.put(
                "resampled",
                () -> small(SaeTrainer.of(StandardTraining.l1(0.5)), 32, 8).resampling(Resampling.every(10, 2)));
        return members;
    }

    static SaeTrainer transcoder() {
        return small(SaeTrainer.of(TopK.of(2)), 16, 9).target(Target.OTHER_SITE_WITH_SKIP);
    }

    private static SaeTrainer small(SaeTrainer trainer, int dSae, long seed) {
        return trainer.dictionarySize(dSae).deadAfter(100).seed(seed);
    }

    static SaeSweep sweep(ActivationSource source, Path folder) {
        SaeSweep sweep = SaeSweep.of(source)
                .tokens(BATCH * STEPS + 5)
                .batchSize(BATCH)
                .bufferRows(64)
                .shuffleSeed(7)
                .output(folder)
                .checkpointEvery(Duration.ZERO)
                .report(false)
                .progress(false);
        members().forEach((name, trainer) -> sweep.member(name, List.of(FIRST), trainer));
        return sweep.member("second", List.of(SECOND), () -> small(SaeTrainer.of(TopK.of(2)), 16, 6))
                .member("transcoder", List.of(FIRST, SECOND), SmallSweep::transcoder);
    }

    /** Sweeps to the end with a checkpoint there only, and returns every number of every dictionary. */
    static Map<String, List<float[]>> finish(Path folder) throws IOException {
        try (SweepResult result =
                sweep(source(), folder).checkpointEvery(Duration.ofHours(1)).train()) {
            return numbers(result);
        }
    }

    static Map<String, List<float[]>> numbers(SweepResult result) {
        Map<String, List<float[]>> numbers = new TreeMap<>();
        for (SweepOutcome outcome : result.outcomes()) {
            outcome.dictionary()
                    .ifPresent(dictionary -> numbers.put(outcome.member().name(), SmallRun.numbers(dictionary)));
        }
        return numbers;
    }

    /** Sweeps into the folder that is given, slowly: something to kill. */
    public static void main(String[] arguments) throws IOException {
        CountingSource slow = source().listener(pass -> {
            try {
                Thread.sleep(30);
            } catch (InterruptedException closed) {
                throw new IOException(closed);
            }
        });
        sweep(slow, Path.of(arguments[0]))
                .checkpointEvery(Duration.ofMillis(40))
                .train()
                .close();
    }
}
