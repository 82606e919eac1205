package dev.assay.feature;

import dev.assay.InvalidInputException;
import dev.assay.text.TokenBatch;
import java.util.Arrays;

/**
 * Gathers the statistics and top examples of every latent while codes stream by, in plain arrays and in memory that does not grow
 * with the corpus.
 *
 * <p>The activations of a latent within the present context are a linked list through the codes. When the context ends, each
 * latent that was active offers its peak as an example; one that is kept reads its other activations from the list, so that no text
 * is run twice.
 */
final class FeatureAccumulator {
    private static final int END = -1;

    private final long[] counts;
    private final double[] sums;
    private final float[] maxima;
    private final ActivationHistograms histograms;
    private final TopExamples examples;
    private long tokens;
    private long contexts;

    // The present context.
    private final int[] newest; // [latents], the last entry of the latent's list, or END
    private final int[] strongest; // [latents], its entry of the largest value
    private final int[] touched; // the latents that have a list
    private int touchedCount;
    private int[] earlier = new int[0]; // [codes of the batch], the entry before in the same list
    private int[] places = new int[0]; // [codes of the batch], the token's index in its context

    FeatureAccumulator(int latents, int examplesPerLatent, ExampleWindow window) {
        counts = new long[latents];
        sums = new double[latents];
        maxima = new float[latents];
        histograms = new ActivationHistograms(latents);
        examples = new TopExamples(latents, examplesPerLatent, window);
        newest = new int[latents];
        strongest = new int[latents];
        touched = new int[latents];
        Arrays.fill(newest, END);
    }

    /**
     * Adds whole contexts. Only activations above 0 count.
     *
     * @throws InvalidInputException where an activation is not a finite number
     */
    void add(CodedTokens batch) {
        if (earlier.length < batch.values().length) {
            earlier = new int[batch.values().length];
            places = new int[batch.values().length];
        }
        for (int row = 0; row < batch.tokens().rows(); row++) {
            scan(batch, row);
            offer(batch, row);
            contexts++;
        }
    }

    long contexts() {
        return contexts;
    }

    long tokens() {
        return tokens;
    }

    /** Returns what was gathered so far. */
    FeatureTables tables() {
        return new FeatureTables(
                tokens, counts, sums, maxima, histograms.binWidths(), histograms.counts(), examples.table());
    }

    private void scan(CodedTokens batch, int row) {
        int length = batch.tokens().length();
        for (int place = 0; place < length; place++) {
            int token = row * length + place;
            if (batch.counted()[token]) {
                tokens++;
                for (int entry = (int) batch.offsets()[token], end = batch.end(token); entry < end; entry++) {
                    float value = batch.values()[entry];
                    if (value > 0 && value <= Float.MAX_VALUE) {
                        count(batch, entry, place);
                    } else if (value != 0 && !(value < 0)) {
                        throw new InvalidInputException("latent " + batch.latents()[entry] + " has activation " + value
                                + " at token " + place + " of context " + contexts + ", expected a finite number");
                    }
                }
            }
        }
    }

    private void count(CodedTokens batch, int entry, int place) {
        int latent = (int) batch.latents()[entry];
        float value = batch.values()[entry];
        counts[latent]++;
        sums[latent] += value;
        histograms.add(latent, value);
        if (newest[latent] == END) {
            touched[touchedCount++] = latent;
            strongest[latent] = entry;
        } else if (value > batch.values()[strongest[latent]]) {
            strongest[latent] = entry;
        }
        earlier[entry] = newest[latent];
        newest[latent] = entry;
        places[entry] = place;
    }

    private void offer(CodedTokens batch, int row) {
        for (int i = 0; i < touchedCount; i++) {
            int latent = touched[i];
            float peak = batch.values()[strongest[latent]];
            maxima[latent] = Math.max(maxima[latent], peak);
            if (examples.accepts(latent, peak)) {
                keep(batch, row, latent, peak);
            }
            newest[latent] = END;
        }
        touchedCount = 0;
    }

    private void keep(CodedTokens batch, int row, int latent, float peak) {
        TokenBatch tokens = batch.tokens();
        int length = tokens.length();
        int place = places[strongest[latent]];
        int start = Math.max(0, place - examples.window().before());
        int end = Math.min(length, place + examples.window().after() + 1);
        int base = row * length;
        TopExamples.Slots slots = examples.insert(latent, peak);
        slots.fill(
                tokens.ids(),
                base + start,
                base + end,
                place - start,
                contexts * length + place,
                tokens.documents()[base + place]);
        for (int entry = newest[latent]; entry != END; entry = earlier[entry]) {
            if (places[entry] >= start && places[entry] < end) {
                slots.activation(places[entry] - start, batch.values()[entry]);
            }
        }
    }
}
