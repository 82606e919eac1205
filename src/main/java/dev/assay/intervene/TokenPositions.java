package dev.assay.intervene;

import dev.assay.InvalidInputException;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * At which tokens of a text an edit acts. Positions count the tokens that the model reads, padding left out, from 0. While text is
 * generated the model reads all of it anew for each token, or its last tokens once it is longer than the context.
 */
public sealed interface TokenPositions {
    /**
     * Tells whether an edit acts at a position.
     *
     * @param tokens the text as the model reads it
     * @param position 0 to its length − 1
     * @return true if it acts there
     */
    boolean include(int[] tokens, int position);

    /** Every position. */
    record All() implements TokenPositions {
        @Override
        public boolean include(int[] tokens, int position) {
            return true;
        }

        @Override
        public String toString() {
            return "all positions";
        }
    }

    /** The last position: while generating, that of the newest token only. */
    record Last() implements TokenPositions {
        @Override
        public boolean include(int[] tokens, int position) {
            return position == tokens.length - 1;
        }

        @Override
        public String toString() {
            return "the last position";
        }
    }

    /**
     * A position and all after it.
     *
     * @param first at least 0
     */
    record From(int first) implements TokenPositions {
        /** Checks the number. */
        public From {
            notNegative(first);
        }

        @Override
        public boolean include(int[] tokens, int position) {
            return position >= first;
        }

        @Override
        public String toString() {
            return "positions from " + first;
        }
    }

    /**
     * Some positions; one that a text does not have is left out.
     *
     * @param chosen each at least 0
     */
    record Chosen(Set<Integer> chosen) implements TokenPositions {
        /** Keeps its own copy. */
        public Chosen {
            chosen.forEach(TokenPositions::notNegative);
            chosen = Set.copyOf(chosen);
        }

        @Override
        public boolean include(int[] tokens, int position) {
            return chosen.contains(position);
        }

        @Override
        public String toString() {
            return "positions " + new TreeSet<>(chosen);
        }
    }

    /**
     * Positions that a test picks.
     *
     * @param description what the test is, in words
     * @param test takes the text and the position
     */
    record Where(String description, BiPredicate<int[], Integer> test) implements TokenPositions {
        @Override
        public boolean include(int[] tokens, int position) {
            return test.test(tokens, position);
        }

        @Override
        public String toString() {
            return "positions " + description;
        }
    }

    /**
     * Returns every position.
     *
     * @return the positions
     */
    static TokenPositions all() {
        return new All();
    }

    /**
     * Returns the last position.
     *
     * @return the positions
     */
    static TokenPositions last() {
        return new Last();
    }

    /**
     * Returns a position and all after it.
     *
     * @param first at least 0
     * @return the positions
     */
    static TokenPositions from(int first) {
        return new From(first);
    }

    /**
     * Returns some positions.
     *
     * @param positions each at least 0
     * @return the positions
     */
    static TokenPositions of(int... positions) {
        return new Chosen(Set.copyOf(IntStream.of(positions).distinct().boxed().toList()));
    }

    /**
     * Returns the positions of tokens that pass a test.
     *
     * @param description the test in words, such as {@code of full stops}
     * @param token takes a token id
     * @return the positions
     */
    static TokenPositions where(String description, IntPredicate token) {
        return new Where(description, (tokens, position) -> token.test(tokens[position]));
    }

    private static void notNegative(int position) {
        if (position < 0) {
            throw new InvalidInputException("position " + position + " of an edit, expected at least 0");
        }
    }
}
