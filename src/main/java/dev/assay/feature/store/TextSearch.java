package dev.assay.feature.store;

import dev.assay.InvalidInputException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Looks for a regular expression in texts, for so long and no longer: some expressions take a time that is exponential in the text, and
 * a matcher cannot be stopped but through the text that it reads.
 */
public final class TextSearch {
    private final Pattern pattern;
    private final Duration patience;
    private final long deadline;

    /** Creates a search that gives up after a time limit. */
    public TextSearch(Pattern pattern, Duration patience) {
        this.pattern = pattern;
        this.patience = patience;
        this.deadline = System.nanoTime() + patience.toNanos();
    }

    /** Tells whether any of the texts has the expression. */
    public boolean finds(List<Example> examples) {
        try {
            return examples.stream()
                    .anyMatch(example -> pattern.matcher(new Watched(String.join("", example.tokens()), deadline))
                            .find());
        } catch (OutOfTime | StackOverflowError failure) {
            String reason = failure instanceof OutOfTime
                    ? "takes longer than " + patience.toMillis() / 1000.0 + " s over the examples"
                    : "goes too deep for the examples";
            throw new InvalidInputException("the regular expression \"" + pattern + "\" " + reason
                    + ", expected a simpler one, without repetitions inside repetitions");
        }
    }

    /** Ends a search. */
    private static final class OutOfTime extends RuntimeException {
        private static final long serialVersionUID = 1;

        OutOfTime() {
            super(null, null, false, false);
        }
    }

    /** A text that is not read past a deadline. */
    private static final class Watched implements CharSequence {
        /** A clock is read once for so many characters. */
        private static final int CHARACTERS = 1 << 10;

        private final String text;
        private final long deadline;
        private int reads;

        Watched(String text, long deadline) {
            this.text = text;
            this.deadline = deadline;
        }

        @Override
        public char charAt(int index) {
            if (reads++ % CHARACTERS == 0 && System.nanoTime() - deadline > 0) {
                throw new OutOfTime();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Watched(text.substring(start, end), deadline);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
