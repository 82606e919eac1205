package dev.assay.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.explain.offline.SimulatedDetection;
import dev.assay.explain.score.WholeCorpusScorer;
import dev.assay.feature.store.FeatureStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sanity checks of NeuronEval (arXiv 2506.05774): a figure must fall if half of the labels are missing and if there are as many false
 * labels as true ones. 20 features each have the frequencies 0.001, 0.01 and 0.1; the judge knows the labels.
 */
@Tag("slow")
class HeadlineSanityTest {
    private static final double[] FREQUENCIES = {0.001, 0.01, 0.1};
    private static final int EACH = 20;
    private static final int LATENTS = FREQUENCIES.length * EACH;

    private static final LabelSimulator TRUE =
            new LabelSimulator((latent, position) -> active(latent, position) ? 1 : 0);
    private static final LabelSimulator MISSING = new LabelSimulator(
            (latent, position) -> active(latent, position) && Mixing.of(5, latent, position) < 0 ? 1 : 0);
    private static final LabelSimulator EXTRA = new LabelSimulator(
            (latent, position) -> active(latent, position) || active(latent + LATENTS, position) ? 1 : 0);

    @TempDir
    static Path folder;

    private static ExampleSet examples;

    @BeforeAll
    static void writeStore() throws IOException {
        RandomText text = new RandomText(2500, 64, 100, 5);
        FeatureStore store = text.store(
                folder.resolve("store"),
                LATENTS,
                (latent, position) -> active(latent, position) ? RandomText.gamma(latent, position) : 0);
        examples = ExampleSet.of(store, ExampleOptions.DEFAULT.withMinimumDocuments(10));
    }

    private static boolean active(int latent, int position) {
        return RandomText.active(latent, position, FREQUENCIES[latent % LATENTS / EACH]);
    }

    @Test
    void headlineFallsIfLabelsAreMissingOrExtra() {
        for (ScoreMetric metric : ScoreMetric.HEADLINE) {
            for (LabelSimulator corrupted : new LabelSimulator[] {MISSING, EXTRA}) {
                long falls = falls(
                        IntStream.range(0, LATENTS),
                        latent -> value(new WholeCorpusScorer(TRUE), latent, metric),
                        latent -> value(new WholeCorpusScorer(corrupted), latent, metric));
                assertTrue(falls >= 0.95 * LATENTS, metric + " falls in " + falls + " of " + LATENTS);
            }
        }
    }

    @Test
    void recallDoesNotFallWithExtraLabels() {
        long falls = falls(
                IntStream.range(0, LATENTS),
                latent -> value(new WholeCorpusScorer(TRUE), latent, ScoreMetric.RECALL),
                latent -> value(new WholeCorpusScorer(EXTRA), latent, ScoreMetric.RECALL));
        assertEquals(0, falls);
    }

    /** With random negatives alone, a rare feature's balanced accuracy hardly notices that every second prediction is wrong. */
    @Test
    void balancedAccuracyOfARareFeatureDoesNotRevealExtraLabels() {
        ScoreMetric balanced = ScoreMetric.BALANCED_ACCURACY;
        long falls = falls(
                IntStream.range(0, EACH),
                latent -> value(new SimulatedDetection(TRUE), latent, balanced) - 0.05,
                latent -> value(new SimulatedDetection(EXTRA), latent, balanced));
        assertTrue(falls <= EACH / 2, falls + " of " + EACH);
    }

    private static long falls(IntStream latents, ToDoubleFunction<Integer> before, ToDoubleFunction<Integer> after) {
        return latents.filter(latent -> after.applyAsDouble(latent) < before.applyAsDouble(latent))
                .count();
    }

    private static double value(Scorer scorer, int latent, ScoreMetric metric) {
        return scorer.score(LabelSimulator.explanation(latent), examples.of(latent))
                .value(metric)
                .orElseThrow();
    }
}
