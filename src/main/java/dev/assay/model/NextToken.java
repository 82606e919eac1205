package dev.assay.model;

import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Draws the tokens of one text from logits, with one random stream. */
final class NextToken {
    private final Sampling sampling;
    private final SplittableRandom random;

    NextToken(Sampling sampling) {
        this.sampling = sampling;
        this.random = new SplittableRandom(sampling.seed());
    }

    /** Returns a token with probability {@code softmax(logits / temperature)} among the top k. */
    int draw(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        if (sampling.temperature() == 0) {
            return best;
        }
        int[] candidates = candidates(logits);
        double[] cumulative = new double[candidates.length];
        double sum = 0;
        for (int i = 0; i < candidates.length; i++) {
            sum += Math.exp((logits[candidates[i]] - logits[best]) / sampling.temperature());
            cumulative[i] = sum;
        }
        double drawn = random.nextDouble() * sum;
        int at = 0;
        while (at < candidates.length - 1 && cumulative[at] <= drawn) {
            at++;
        }
        return candidates[at];
    }

    private int[] candidates(float[] logits) {
        IntStream all = IntStream.range(0, logits.length);
        if (sampling.topK() == 0 || sampling.topK() >= logits.length) {
            return all.toArray();
        }
        return all.boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> -logits[id]).thenComparingInt(id -> id))
                .limit(sampling.topK())
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
