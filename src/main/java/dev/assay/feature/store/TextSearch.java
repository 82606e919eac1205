package dev.assay.feature.store;

import dev.assay.InvalidInputException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Searches texts for a regular expression with a time limit. Some expressions need time exponential in the length of the text. A matcher
 * cannot be interrupted, so the text that it reads checks the deadline.
 */
public final class TextSearch {
    private final Pattern pattern;
    private final Duration timeLimit;
    private final long deadline;

    /**
     * Creates a search. Its time limit starts with this call.
     *
     * @param pattern the regular expression
     * @param timeLimit the time limit over all calls of {@link #finds}
     */
    public TextSearch(Pattern pattern, Duration timeLimit) {
        this.pattern = pattern;
        this.timeLimit = timeLimit;
        this.deadline = System.nanoTime() + timeLimit.toNanos();
    }

    /**
     * Returns whether the text of an example matches.
     *
     * @param examples the examples to search
     * @return true if the expression is found in at least one example
     * @throws InvalidInputException if the time limit or the stack is exhausted
     */
    public boolean finds(List<Example> examples) {
        try {
            return examples.stream()
                    .anyMatch(example -> pattern.matcher(new TimedText(String.join("", example.tokens()), deadline))
                            .find());
        } catch (TimeLimitExceeded | StackOverflowError failure) {
            String reason = failure instanceof TimeLimitExceeded
                    ? "takes longer than " + timeLimit.toMillis() / 1000.0 + " s over the examples"
                    : "needs too much recursion for the examples";
            throw new InvalidInputException("the regular expression \"" + pattern + "\" " + reason
                    + ", expected a simpler one, without repetitions inside repetitions");
        }
    }

    /** Signals that the time limit is exceeded. */
    private static final class TimeLimitExceeded extends RuntimeException {
        private static final long serialVersionUID = 1;

        TimeLimitExceeded() {
            super(null, null, false, false);
        }
    }

    /** A text that throws {@link TimeLimitExceeded} when read after a deadline. */
    private static final class TimedText implements CharSequence {
        /** The number of characters between two reads of the clock. */
        private static final int CLOCK_INTERVAL = 1 << 10;

        private final String text;
        private final long deadline;
        private int reads;

        TimedText(String text, long deadline) {
            this.text = text;
            this.deadline = deadline;
        }

        @Override
        public char charAt(int index) {
            if (reads++ % CLOCK_INTERVAL == 0 && System.nanoTime() - deadline > 0) {
                throw new TimeLimitExceeded();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new TimedText(text.substring(start, end), deadline);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
