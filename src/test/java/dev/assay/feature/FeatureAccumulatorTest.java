package dev.assay.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.text.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The accumulator against the plainest possible way: keep all codes as a dense table, then look. */
class FeatureAccumulatorTest {
    private static final int LATENTS = 23;
    private static final int LENGTH = 16;
    private static final int CONTEXTS = 150;
    private static final int EXAMPLES = 7;
    private static final ExampleWindow WINDOW = new ExampleWindow(5, 3);

    private final float[][] codes = codes(); // [tokens, latents]
    private final boolean[] counted = counted();

    @Test
    void countsSumsAndMaximaAreThoseOfTheDenseTable() {
        FeatureTables tables = accumulate(CONTEXTS);
        long tokens = 0;
        double[] sums = new double[LATENTS];
        long[] counts = new long[LATENTS];
        float[] maxima = new float[LATENTS];
        for (int token = 0; token < codes.length; token++) {
            if (counted[token]) {
                tokens++;
                for (int latent = 0; latent < LATENTS; latent++) {
                    if (codes[token][latent] > 0) {
                        counts[latent]++;
                        sums[latent] += codes[token][latent];
                        maxima[latent] = Math.max(maxima[latent], codes[token][latent]);
                    }
                }
            }
        }
        assertEquals(tokens, tables.tokens());
        assertArrayEquals(counts, tables.counts());
        assertArrayEquals(maxima, tables.maxima());
        assertArrayEquals(sums, tables.sums());
        assertEquals((double) counts[3] / tokens, tables.density(3));
        assertEquals(sums[3] / counts[3], tables.mean(3));
    }

    @Test
    void histogramsAreThoseOfASecondPass() {
        FeatureTables tables = accumulate(7);
        for (int latent = 0; latent < LATENTS; latent++) {
            Histogram histogram = tables.histogram(latent);
            long[] counts = new long[histogram.counts().size()];
            for (int token = 0; token < codes.length; token++) {
                if (counted[token] && codes[token][latent] > 0) {
                    counts[(int) (codes[token][latent] / histogram.binWidth())]++;
                }
            }
            assertArrayEquals(
                    counts,
                    histogram.counts().stream().mapToLong(Long::longValue).toArray());
            assertEquals(tables.counts()[latent], histogram.total());
            if (histogram.total() > 0) {
                assertTrue(counts[counts.length - 1] > 0 && counts.length >= ActivationHistograms.BINS / 2);
            }
        }
    }

    @Test
    void examplesAreTheStrongestContextsWithTiesInOrder() {
        ExampleTable examples = accumulate(11).examples();
        for (int latent = 0; latent < LATENTS; latent++) {
            List<int[]> peaks = new ArrayList<>(); // context, place
            for (int context = 0; context < CONTEXTS; context++) {
                int best = -1;
                for (int place = 0; place < LENGTH; place++) {
                    int token = context * LENGTH + place;
                    float value = counted[token] ? codes[token][latent] : 0;
                    if (value > (best < 0 ? 0 : codes[context * LENGTH + best][latent])) {
                        best = place;
                    }
                }
                if (best >= 0) {
                    peaks.add(new int[] {context, best});
                }
            }
            int of = latent;
            // The sort is stable: equal peaks stay in the order of the corpus.
            peaks.sort(Comparator.comparingDouble(peak -> -codes[peak[0] * LENGTH + peak[1]][of]));
            List<int[]> kept = peaks.subList(0, Math.min(EXAMPLES, peaks.size()));
            assertEquals(kept.size(), examples.end(latent) - examples.first(latent));
            for (int i = 0; i < kept.size(); i++) {
                assertExample(examples, examples.first(latent) + i, latent, kept.get(i));
            }
        }
    }

    private void assertExample(ExampleTable examples, int row, int latent, int[] peak) {
        int base = peak[0] * LENGTH;
        int start = Math.max(0, peak[1] - WINDOW.before());
        int end = Math.min(LENGTH, peak[1] + WINDOW.after() + 1);
        assertEquals(base + peak[1], examples.positions()[row]);
        assertEquals(document(base + peak[1]), examples.documents()[row]);
        assertEquals(peak[1] - start, examples.peaks()[row]);
        int[] ids = new int[end - start];
        float[] values = new float[end - start];
        for (int i = 0; i < ids.length; i++) {
            int token = base + start + i;
            ids[i] = id(token);
            values[i] = counted[token] ? Math.max(0, codes[token][latent]) : 0;
        }
        assertArrayEquals(ids, examples.window(row));
        assertArrayEquals(values, examples.activations(row));
        assertEquals(id(base + peak[1]), examples.peakToken(row));
    }

    @Test
    void batchesDoNotMatter() {
        FeatureTables one = accumulate(1);
        FeatureTables many = accumulate(64);
        assertArrayEquals(one.sums(), many.sums());
        assertArrayEquals(one.histograms(), many.histograms());
        assertArrayEquals(one.examples().tokens(), many.examples().tokens());
        assertArrayEquals(one.examples().values(), many.examples().values());
        assertArrayEquals(one.examples().positions(), many.examples().positions());
    }

    @Test
    void whatIsNoFiniteNumberIsRefused() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            FeatureAccumulator accumulator = new FeatureAccumulator(4, 1, WINDOW);
            CodedTokens batch = new CodedTokens(
                    new TokenBatch(1, 2, new long[2], new long[2], new int[2]),
                    new boolean[] {true, true},
                    new long[] {0, 1},
                    new long[] {2, 3},
                    new float[] {1, bad});
            String message = assertThrows(InvalidInputException.class, () -> accumulator.add(batch))
                    .getMessage();
            assertTrue(message.contains("latent 3") && message.contains("token 1 of context 0"), message);
        }
    }

    @Test
    void histogramsBearValuesOfAnySize() {
        ActivationHistograms histograms = new ActivationHistograms(1);
        float[] values = {1e-40f, Float.MIN_VALUE, 1e-9f, 1, 1e30f, Float.MAX_VALUE, 2};
        for (float value : values) {
            histograms.add(0, value);
        }
        assertEquals(values.length, Arrays.stream(histograms.counts()).sum());
        assertEquals(values.length - 1, histograms.counts()[0]);
    }

    @Test
    void noExamplesAreKeptWhereNoneAreAskedFor() {
        FeatureAccumulator accumulator = new FeatureAccumulator(LATENTS, 0, WINDOW);
        accumulator.add(batch(0, 5));
        assertEquals(0, accumulator.tables().examples().rows());
    }

    private FeatureTables accumulate(int batch) {
        FeatureAccumulator accumulator = new FeatureAccumulator(LATENTS, EXAMPLES, WINDOW);
        for (int context = 0; context < CONTEXTS; context += batch) {
            accumulator.add(batch(context, Math.min(CONTEXTS, context + batch)));
        }
        assertEquals(CONTEXTS, accumulator.contexts());
        return accumulator.tables();
    }

    private CodedTokens batch(int first, int end) {
        int rows = end - first;
        long[] ids = new long[rows * LENGTH];
        long[] documents = new long[ids.length];
        long[] offsets = new long[ids.length];
        List<Integer> latents = new ArrayList<>();
        List<Float> values = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            int token = first * LENGTH + i;
            ids[i] = id(token);
            documents[i] = document(token);
            offsets[i] = latents.size();
            for (int latent = 0; latent < LATENTS; latent++) {
                // Selections of fixed width leave zeros; other codes may be negative. Neither counts.
                if (codes[token][latent] != 0 || latent == token % LATENTS) {
                    latents.add(latent);
                    values.add(codes[token][latent]);
                }
            }
        }
        float[] flat = new float[values.size()];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = values.get(i);
        }
        return new CodedTokens(
                new TokenBatch(rows, LENGTH, ids, documents, new int[ids.length]),
                Arrays.copyOfRange(counted, first * LENGTH, end * LENGTH),
                offsets,
                latents.stream().mapToLong(Integer::longValue).toArray(),
                flat);
    }

    private static int id(int token) {
        return (token * 37) % 1009;
    }

    private static long document(int token) {
        return token / 50;
    }

    private static float[][] codes() {
        SplittableRandom random = new SplittableRandom(11);
        float[][] codes = new float[CONTEXTS * LENGTH][LATENTS];
        for (float[] row : codes) {
            for (int latent = 1; latent < LATENTS; latent++) { // latent 0 is dead
                if (random.nextInt(latent + 2) == 0) {
                    // Coarse values make ties; powers make the ranges differ.
                    row[latent] = (random.nextInt(12) - 1) * (float) Math.pow(3, latent % 7 - 3);
                }
            }
        }
        return codes;
    }

    private static boolean[] counted() {
        boolean[] counted = new boolean[CONTEXTS * LENGTH];
        for (int token = 0; token < counted.length; token++) {
            counted[token] = token % LENGTH != 0 && token % 41 != 0;
        }
        return counted;
    }
}
