package dev.assay.intervene;

import dev.assay.InvalidInputException;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The token positions at which an edit applies. Positions are counted from 0 over the model's input tokens, excluding padding. During
 * generation the input is the whole text at every step, or its last tokens once the text is longer than the context.
 */
public sealed interface TokenPositions {
    /**
     * Returns whether an edit applies at a position.
     *
     * @param tokens the model's input token ids
     * @param position from 0 to tokens.length − 1
     * @return true if the edit applies
     */
    boolean include(int[] tokens, int position);

    /**
     * Returns the number of following tokens after which the answer for a position is final. Generation computes a text from its first
     * position whose answer is not final.
     *
     * @return 0 if the answer never depends on later tokens; empty if it may always depend on them
     */
    default OptionalInt laterTokens() {
        return OptionalInt.of(0);
    }

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

    /** The last position; during generation, only the position of the newest token. */
    record Last() implements TokenPositions {
        @Override
        public boolean include(int[] tokens, int position) {
            return position == tokens.length - 1;
        }

        @Override
        public OptionalInt laterTokens() {
            return OptionalInt.of(1);
        }

        @Override
        public String toString() {
            return "the last position";
        }
    }

    /**
     * A position and all later positions.
     *
     * @param first at least 0
     */
    record From(int first) implements TokenPositions {
        /** Checks that the position is not negative. */
        public From {
            requireNotNegative(first);
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
     * A set of positions; positions beyond the end of a text are ignored.
     *
     * @param chosen positions, each at least 0
     */
    record Chosen(Set<Integer> chosen) implements TokenPositions {
        /** Copies the set and checks that no position is negative. */
        public Chosen {
            chosen.forEach(TokenPositions::requireNotNegative);
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
     * Positions of selected tokens.
     *
     * @param description the predicate in words, such as {@code of full stops}
     * @param test a predicate on the token id
     */
    record OfToken(String description, IntPredicate test) implements TokenPositions {
        @Override
        public boolean include(int[] tokens, int position) {
            return test.test(tokens[position]);
        }

        @Override
        public String toString() {
            return "positions " + description;
        }
    }

    /**
     * Positions selected by a predicate.
     *
     * @param description the predicate in words, such as {@code of full stops}
     * @param test a predicate on the token ids and the position
     */
    record Where(String description, BiPredicate<int[], Integer> test) implements TokenPositions {
        @Override
        public boolean include(int[] tokens, int position) {
            return test.test(tokens, position);
        }

        @Override
        public OptionalInt laterTokens() {
            return OptionalInt.empty();
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
     * Returns a position and all later positions.
     *
     * @param first at least 0
     * @return the positions
     */
    static TokenPositions from(int first) {
        return new From(first);
    }

    /**
     * Returns a set of positions.
     *
     * @param positions positions, each at least 0
     * @return the positions
     */
    static TokenPositions of(int... positions) {
        return new Chosen(Set.copyOf(IntStream.of(positions).distinct().boxed().toList()));
    }

    /**
     * Returns the positions of tokens that satisfy a predicate.
     *
     * @param description the predicate in words, such as {@code of full stops}
     * @param token a predicate on the token id
     * @return the positions
     */
    static TokenPositions where(String description, IntPredicate token) {
        return new OfToken(description, token);
    }

    private static void requireNotNegative(int position) {
        if (position < 0) {
            throw new InvalidInputException("position of an edit is " + position + ", expected at least 0");
        }
    }
}
