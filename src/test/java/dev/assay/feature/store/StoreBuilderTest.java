package dev.assay.feature.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares a store with a float64 oracle that keeps all codes as a dense table. */
class StoreBuilderTest {
    private static final int LATENTS = 23;
    private static final int PARTNERS = 6;
    private static final long SMALL = 1 << 16;

    @TempDir
    static Path folder;

    private static RandomCodes random;
    private static FeatureStore store;

    @BeforeAll
    static void build() throws IOException {
        random = new RandomCodes(LATENTS, 400, 5);
        store = random.store(folder.resolve("features"), 7, SMALL, PARTNERS);
        assertTrue(store.activations() > SMALL / 6, "more than one chunk of the log");
        assertEquals(List.of(), store.verify());
    }

    @Test
    void rowsContainAllActivationsInCorpusOrder() {
        long all = 0;
        for (int latent = 0; latent < LATENTS; latent++) {
            FeatureActivations row = store.activations(latent);
            double max = store.maxActivation(latent);
            int next = 0;
            for (int position = 0; position < random.positions(); position++) {
                float exact = random.codes[position][latent];
                if (exact > 0) {
                    assertEquals(position, row.position(next));
                    assertEquals(random.documents[position], row.document(next));
                    double error = exact < max / 131070 ? max / 65535 : max / 131070 + Math.ulp(exact);
                    assertEquals(exact, row.value(next), error);
                    assertTrue(row.value(next++) > 0);
                }
            }
            assertEquals(next, row.size());
            all += next;
        }
        assertEquals(all, store.activations());
        assertEquals(random.tokens(), store.tokens());
        assertEquals(random.positions(), store.positions());
    }

    @Test
    void statisticsMatchTwoPassesOverExactActivations() {
        for (int latent = 0; latent < LATENTS; latent++) {
            double[] values = exact(latent);
            FeatureStats stats = store.stats(latent);
            assertEquals(values.length, stats.activeTokens());
            assertEquals((double) values.length / random.tokens(), store.density(latent));
            assertEquals(Arrays.stream(values).max().orElse(0), stats.max());
            assertEquals(stats.max(), store.maxActivation(latent));
            double mean = Arrays.stream(values).average().orElse(0);
            double deviation = Math.sqrt(central(values, mean, 2));
            assertEquals(mean, stats.mean(), 1e-12 * mean);
            assertEquals(deviation, stats.deviation(), 1e-10 * mean);
            boolean spread = deviation > 0;
            assertEquals(spread ? central(values, mean, 3) / Math.pow(deviation, 3) : 0, stats.skewness(), 1e-9);
            assertEquals(spread ? central(values, mean, 4) / Math.pow(deviation, 4) : 0, stats.kurtosis(), 1e-9);
        }
        assertEquals(0, store.stats(1).deviation());
        assertTrue(store.stats(LATENTS - 1).isDead());
        assertEquals(List.of(), store.stats(LATENTS - 1).quantiles());
    }

    @Test
    void momentsStayAccurateForLargeMeans() {
        LatentStatistics statistics = new LatentStatistics(1);
        double[] values = new double[1000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (100_000 + Math.sin(i) + 0.3 * Math.sin(7.0 * i * i));
            statistics.add(0, (float) values[i]);
        }
        double mean = Arrays.stream(values).average().orElseThrow();
        double variance = central(values, mean, 2);
        double[] moments = statistics.moments();
        assertEquals(Math.sqrt(variance), moments[1], 1e-9);
        assertEquals(central(values, mean, 3) / Math.pow(variance, 1.5), moments[2], 1e-8);
        assertEquals(central(values, mean, 4) / variance / variance, moments[3], 1e-8);
    }

    @Test
    void quantilesAndSharesMatchTheSortedRow() {
        for (int latent = 0; latent < LATENTS - 1; latent++) {
            double[] sorted = stored(latent);
            Arrays.sort(sorted);
            for (int i = 0; i < FeatureStats.SHARES.size(); i++) {
                double share = FeatureStats.SHARES.get(i);
                double place = share * (sorted.length - 1);
                int below = (int) place;
                double expected = sorted[below]
                        + (place - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]);
                assertEquals(expected, store.stats(latent).quantiles().get(i), 1e-12 * expected);
                assertEquals(expected, store.quantile(latent, share), 1e-12 * expected);
            }
            assertEquals(sorted[0], store.quantile(latent, 0));
            assertEquals(store.maxActivation(latent), store.quantile(latent, 1));
            for (double value : new double[] {sorted[0], sorted[sorted.length / 2], sorted[0] / 2, sorted[0] + 0.37}) {
                double expected = (double) Arrays.stream(sorted)
                                .filter(each -> each <= value)
                                .count()
                        / sorted.length;
                assertEquals(expected, store.share(latent, value));
            }
            assertEquals(1, store.share(latent, store.maxActivation(latent)));
            assertEquals(1, store.share(latent, Double.POSITIVE_INFINITY));
            assertEquals(0, store.share(latent, 0));
        }
        assertEquals(0, store.quantile(LATENTS - 1, 0.5));
        assertEquals(0, store.share(LATENTS - 1, 1));
    }

    @Test
    void histogramsMatchASecondPass() {
        for (int latent = 0; latent < LATENTS; latent++) {
            Histogram histogram = store.histogram(latent);
            long[] counts = new long[histogram.counts().size()];
            for (double value : exact(latent)) {
                counts[(int) (value / histogram.binWidth())]++;
            }
            assertArrayEquals(
                    counts,
                    histogram.counts().stream().mapToLong(Long::longValue).toArray());
            if (histogram.total() > 0) {
                assertTrue(counts[counts.length - 1] > 0 && counts.length > ActivationHistograms.BINS / 2);
            }
        }
    }

    @Test
    void topExamplesAreTheStrongestContextsWithTiesInCorpusOrder() {
        for (int latent = 0; latent < LATENTS; latent++) {
            float[] dense = dense(latent);
            List<Integer> peaks = new ArrayList<>();
            for (int start = 0; start < dense.length; start += RandomCodes.LENGTH) {
                int best = start;
                for (int i = start; i < start + RandomCodes.LENGTH; i++) {
                    best = dense[i] > dense[best] ? i : best;
                }
                if (dense[best] > 0) {
                    peaks.add(best);
                }
            }
            // The sort is stable: equal peaks stay in corpus order.
            peaks.sort(Comparator.comparingDouble(peak -> -dense[peak]));
            List<Example> found = store.topExamples(latent, 9);
            assertEquals(Math.min(9, peaks.size()), found.size());
            for (int i = 0; i < found.size(); i++) {
                assertEquals(peaks.get(i).longValue(), found.get(i).position());
                assertShows(found.get(i), dense, 5, 3);
            }
            assertEquals(peaks.size(), store.topExamples(latent, 1_000_000).size());
        }
        assertEquals(List.of(), store.topExamples(0, 0));
        Example whole = store.topExamples(0, 1, ExampleWindow.CONTEXT).get(0);
        assertEquals(RandomCodes.LENGTH, whole.tokens().size());
        assertShows(whole, dense(0), RandomCodes.LENGTH, RandomCodes.LENGTH);
    }

    @Test
    void groupsMatchTheirRanges() {
        for (int latent = 0; latent < LATENTS; latent++) {
            List<ExampleGroup> intervals = store.examplesByInterval(latent, 5, 4);
            List<ExampleGroup> quantiles = store.examplesByQuantile(latent, 4, 3);
            assertEquals(latent == LATENTS - 1 ? 0 : 5, intervals.size());
            check(latent, intervals, 4);
            check(latent, quantiles, 3);
            double max = store.maxActivation(latent);
            for (int i = 0; i < intervals.size(); i++) {
                assertEquals(ExampleGroup.Kind.INTERVAL, intervals.get(i).kind());
                assertEquals(max * (4 - i) / 5, intervals.get(i).lower(), 1e-12);
            }
            for (ExampleGroup group : quantiles) {
                assertEquals(ExampleGroup.Kind.QUANTILE, group.kind());
                assertTrue(group.share() > 0);
                if (latent % 3 == 0 && latent < LATENTS - 1) {
                    assertEquals(
                            0.25, group.share(), 1.5 / store.activations(latent).size());
                }
            }
        }
        assertEquals(1, store.examplesByQuantile(1, 4, 3).size()); // constant activation
    }

    private void check(int latent, List<ExampleGroup> groups, int each) {
        float[] dense = dense(latent);
        double shares = 0;
        for (int i = 0; i < groups.size(); i++) {
            ExampleGroup group = groups.get(i);
            boolean highest = i == 0;
            assertTrue(highest || group.upper() == groups.get(i - 1).lower());
            long inside = Arrays.stream(stored(latent))
                    .filter(value -> contains(group, highest, value))
                    .count();
            assertEquals((double) inside / store.activations(latent).size(), group.share(), 1e-12);
            shares += group.share();
            assertTrue(group.examples().size() <= each);
            List<Long> contexts = new ArrayList<>();
            double last = Double.POSITIVE_INFINITY;
            for (Example example : group.examples()) {
                assertTrue(contains(group, highest, example.peakValue()));
                assertShows(example, dense, 5, 3);
                for (float value : example.values()) {
                    assertTrue(value <= example.peakValue());
                }
                assertTrue(example.peakValue() <= last);
                last = example.peakValue();
                contexts.add(example.position() / RandomCodes.LENGTH);
            }
            assertEquals(contexts.size(), contexts.stream().distinct().count());
        }
        assertEquals(groups.isEmpty() ? 0 : 1, shares, 1e-9);
    }

    private static boolean contains(ExampleGroup group, boolean highest, double value) {
        return value >= group.lower() && (highest ? value <= group.upper() : value < group.upper());
    }

    @Test
    void groupsDrawExamplesEvenlyFromTheirRange() {
        List<Example> all = store.examplesByInterval(2, 3, 1_000_000).get(2).examples();
        List<Example> some = store.examplesByInterval(2, 3, 2).get(2).examples();
        assertEquals(List.of(all.get(all.size() / 4), all.get(3 * all.size() / 4)), some);
    }

    @Test
    void coactivationsMatchTheDenseTable() {
        double[][] dense = new double[LATENTS][];
        for (int latent = 0; latent < LATENTS; latent++) {
            float[] row = dense(latent);
            dense[latent] = IntStream.range(0, row.length)
                    .filter(i -> random.counted[i])
                    .mapToDouble(i -> row[i])
                    .toArray();
        }
        for (int latent = 0; latent < LATENTS; latent++) {
            List<Coactivation> others = new ArrayList<>();
            for (int other = 0; other < LATENTS; other++) {
                Coactivation expected = coactivation(dense, latent, other);
                Coactivation found = store.coactivationWith(latent, other);
                assertEquals(expected.together(), found.together());
                assertEquals(expected.jaccard(), found.jaccard());
                assertEquals(expected.pearson(), found.pearson(), 1e-6); // the stored values are floats
                assertEquals(expected.lift(), found.lift(), 1e-12 * expected.lift());
                if (other != latent && expected.together() > 0) {
                    others.add(found);
                }
            }
            others.sort(Comparator.comparingDouble(Coactivation::jaccard).reversed());
            assertEquals(first(others, PARTNERS), store.coactivating(latent, PARTNERS));
            assertEquals(first(others, 2), store.coactivating(latent, 2));
            others.sort(
                    Comparator.comparingDouble(Coactivation::pearson).reversed().thenComparing(Coactivation::latent));
            assertEquals(first(others, PARTNERS), store.correlated(latent, 100));
        }
        assertEquals(1, store.coactivationWith(3, 3).pearson(), 1e-12);
        assertEquals(1, store.coactivationWith(3, 3).jaccard());
    }

    @Test
    void writesEqualFilesForEveryBatchSizeAndMemoryBudget() throws IOException {
        random.store(folder.resolve("large"), 64, 1 << 28, PARTNERS);
        random.store(folder.resolve("one"), 1, SMALL, PARTNERS);
        for (String file : List.of("features.json", "features.safetensors")) {
            Path expected = folder.resolve("features").resolve(file);
            assertEquals(-1, Files.mismatch(expected, folder.resolve("large").resolve(file)));
            assertEquals(-1, Files.mismatch(expected, folder.resolve("one").resolve(file)));
        }
    }

    @Test
    void skipsTheCoactivationPassForZeroPartners() throws IOException {
        FeatureStore alone = random.store(folder.resolve("alone"), 50, SMALL, 0);
        assertEquals(List.of(), alone.coactivating(3, 10));
        assertEquals(List.of(), alone.correlated(3, 10));
        assertEquals(store.coactivationWith(3, 5), alone.coactivationWith(3, 5));
        assertTrue(alone.bytes() < store.bytes());
    }

    @Test
    void contextsContainTheReadTokensAndTexts() {
        for (long position : new long[] {0, 15, 16, 6399}) {
            ContextTokens context = store.context(position);
            assertEquals(position / RandomCodes.LENGTH * RandomCodes.LENGTH, context.start());
            assertEquals(random.documents[(int) context.start()], context.document());
            for (int i = 0; i < RandomCodes.LENGTH; i++) {
                int id = (int) random.ids[(int) context.start() + i];
                assertEquals(id, context.ids()[i]);
                assertEquals(" t" + id + "é", context.texts().get(i));
            }
        }
        assertEquals(" t49é", store.token(49));
        assertThrows(InvalidInputException.class, () -> store.token(50));
    }

    @Test
    void rejectsActivationsThatAreNotFinite() throws IOException {
        for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            TokenBatch tokens = new TokenBatch(1, 2, new long[] {1, 2}, new long[2], new int[2]);
            CodedTokens batch = new CodedTokens(
                    tokens, new boolean[] {true, true}, new long[] {0, 0}, new long[] {3}, new float[] {wrong});
            Path out = Files.createDirectory(folder.resolve("wrong" + wrong));
            try (StoreBuilder builder = new StoreBuilder(
                    out,
                    LATENTS,
                    new StoreBuilder.Options(
                            SMALL, 1, ExampleWindow.DEFAULT, Json.mapper().createObjectNode()))) {
                String message = assertThrows(InvalidInputException.class, () -> builder.add(batch))
                        .getMessage();
                assertTrue(message.contains("latent 3 has activation " + wrong + " at token 1 of context 0"), message);
            }
        }
    }

    private static List<Coactivation> first(List<Coactivation> all, int count) {
        return all.subList(0, Math.min(count, all.size()));
    }

    private static Coactivation coactivation(double[][] dense, int latent, int other) {
        double[] a = dense[latent];
        double[] b = dense[other];
        double meanA = Arrays.stream(a).average().orElse(0);
        double meanB = Arrays.stream(b).average().orElse(0);
        long together = 0;
        long either = 0;
        long activeA = 0;
        long activeB = 0;
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            together += a[i] > 0 && b[i] > 0 ? 1 : 0;
            either += a[i] > 0 || b[i] > 0 ? 1 : 0;
            activeA += a[i] > 0 ? 1 : 0;
            activeB += b[i] > 0 ? 1 : 0;
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return new Coactivation(
                other,
                together,
                either == 0 ? 0 : (double) together / either,
                aa * bb == 0 ? 0 : ab / Math.sqrt(aa * bb),
                activeA * activeB == 0 ? 0 : together / ((double) activeA * activeB / a.length));
    }

    private static void assertShows(Example example, float[] dense, int before, int after) {
        int position = (int) example.position();
        int context = position / RandomCodes.LENGTH * RandomCodes.LENGTH;
        int start = Math.max(context, position - before);
        int end = Math.min(context + RandomCodes.LENGTH, position + after + 1);
        assertEquals(position - start, example.peak());
        assertEquals(end - start, example.tokens().size());
        assertEquals(random.documents[position], example.document());
        assertArrayEquals(Arrays.copyOfRange(dense, start, end), example.values());
        for (int i = start; i < end; i++) {
            assertEquals(" t" + random.ids[i] + "é", example.tokens().get(i - start));
        }
    }

    /** Returns the stored activations of a latent at all positions. */
    private static float[] dense(int latent) {
        float[] dense = new float[random.positions()];
        FeatureActivations row = store.activations(latent);
        for (int i = 0; i < row.size(); i++) {
            dense[(int) row.position(i)] = row.value(i);
        }
        return dense;
    }

    private static double[] stored(int latent) {
        FeatureActivations row = store.activations(latent);
        return IntStream.range(0, row.size()).mapToDouble(row::value).toArray();
    }

    private static double[] exact(int latent) {
        return Arrays.stream(random.codes)
                .mapToDouble(row -> row[latent])
                .filter(value -> value > 0)
                .toArray();
    }

    private static double central(double[] values, double mean, int power) {
        return Arrays.stream(values)
                .map(value -> Math.pow(value - mean, power))
                .average()
                .orElse(0);
    }
}
