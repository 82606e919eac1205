package dev.assay.explain;

import dev.assay.InvalidInputException;

/**
 * Options of an {@link ExampleSet}. The counts are per feature and part; a feature with fewer documents has fewer examples.
 *
 * @param seed the seed of the split and of all draws
 * @param windowLength the largest number of tokens of a window, at least 4
 * @param top the number of {@link Stratum#TOP} windows
 * @param perDecile the number of windows of each {@link Stratum#DECILES decile}
 * @param randomActive the number of {@link Stratum#RANDOM_ACTIVE} windows
 * @param randomAny the number of {@link Stratum#RANDOM_ANY} windows
 * @param negatives the number of windows of each of the {@link Stratum#NEGATIVES strata of silent windows}
 * @param minimumDocuments the number of documents on which a feature must be active, in the training and in the test documents each
 * @param neighbours the number of neighbours of a feature for {@link Stratum#NEGATIVE_NEIGHBOUR}
 */
public record ExampleOptions(
        long seed,
        int windowLength,
        int top,
        int perDecile,
        int randomActive,
        int randomAny,
        int negatives,
        int minimumDocuments,
        int neighbours) {
    /** Seed 0, windows of 32 tokens, 10 top, 5 per decile, 20 of each other stratum, 30 documents and 10 neighbours. */
    public static final ExampleOptions DEFAULT = new ExampleOptions(0, 32, 10, 5, 20, 20, 20, 30, 10);

    private static final int SHORTEST = 4;

    /** Checks the ranges. */
    public ExampleOptions {
        InvalidInputException.requireAtLeast(SHORTEST, "the number of tokens of a window", windowLength);
        InvalidInputException.requireAtLeast(0, "the number of top examples", top);
        InvalidInputException.requireAtLeast(0, "the number of examples per decile", perDecile);
        InvalidInputException.requireAtLeast(0, "the number of random active examples", randomActive);
        InvalidInputException.requireAtLeast(0, "the number of random examples", randomAny);
        InvalidInputException.requireAtLeast(0, "the number of examples per stratum of silent windows", negatives);
        InvalidInputException.requireAtLeast(1, "the smallest number of documents", minimumDocuments);
        InvalidInputException.requireAtLeast(0, "the number of neighbours", neighbours);
    }

    /** {@return a copy with another seed} */
    public ExampleOptions withSeed(long number) {
        return new ExampleOptions(
                number, windowLength, top, perDecile, randomActive, randomAny, negatives, minimumDocuments, neighbours);
    }

    /** {@return a copy with another length of windows, such as 64 for simulation} */
    public ExampleOptions withWindowLength(int tokens) {
        return new ExampleOptions(
                seed, tokens, top, perDecile, randomActive, randomAny, negatives, minimumDocuments, neighbours);
    }

    /** {@return a copy with other numbers of top, random active and random windows} */
    public ExampleOptions withTopAndRandom(int topWindows, int activeWindows, int anyWindows) {
        return new ExampleOptions(
                seed,
                windowLength,
                topWindows,
                perDecile,
                activeWindows,
                anyWindows,
                negatives,
                minimumDocuments,
                neighbours);
    }

    /** {@return a copy with other numbers of windows per decile and per stratum of silent windows} */
    public ExampleOptions withDecilesAndNegatives(int windowsPerDecile, int silentWindows) {
        return new ExampleOptions(
                seed,
                windowLength,
                top,
                windowsPerDecile,
                randomActive,
                randomAny,
                silentWindows,
                minimumDocuments,
                neighbours);
    }

    /** {@return a copy with another minimum number of documents} */
    public ExampleOptions withMinimumDocuments(int documents) {
        return new ExampleOptions(
                seed, windowLength, top, perDecile, randomActive, randomAny, negatives, documents, neighbours);
    }

    /** {@return a copy with another number of neighbours} */
    public ExampleOptions withNeighbours(int count) {
        return new ExampleOptions(
                seed, windowLength, top, perDecile, randomActive, randomAny, negatives, minimumDocuments, count);
    }
}
