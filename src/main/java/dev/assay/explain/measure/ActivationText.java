package dev.assay.explain.measure;

import dev.assay.InvalidInputException;
import java.util.List;
import java.util.StringJoiner;

/**
 * Activation records as text of a prompt in the format of OpenAI's neuron explainer: one {@code token TAB level} per line, each record
 * between a start and an end mark.
 */
public final class ActivationText {
    private static final String START = "\n<start>\n";
    private static final String BETWEEN = "\n<end>\n<start>\n";
    private static final String END = "\n<end>\n";
    private static final String UNKNOWN = "unknown";

    private ActivationText() {}

    /**
     * Tokens with their levels.
     *
     * @param tokens n tokens
     * @param levels n levels from 0 to 10
     */
    public record LevelledTokens(List<String> tokens, int[] levels) {
        /** Copies the arguments. */
        public LevelledTokens {
            Arguments.requireEqual("tokens and levels", tokens.size(), levels.length);
            tokens = List.copyOf(tokens);
            levels = levels.clone();
        }

        @Override
        public int[] levels() {
            return levels.clone();
        }
    }

    /**
     * Formats whole records.
     *
     * @param records the records
     * @return the text
     */
    public static String all(List<LevelledTokens> records) {
        StringJoiner text = new StringJoiner(BETWEEN, START, END);
        records.forEach(record -> text.add(lines(record, 0, false)));
        return text.toString();
    }

    /**
     * Formats the tokens with a level above 0.
     *
     * @param records the records
     * @return the text
     */
    public static String nonzero(List<LevelledTokens> records) {
        StringJoiner text = new StringJoiner(BETWEEN, START, END);
        records.forEach(record -> text.add(lines(record, 0, true)));
        return text.toString();
    }

    /**
     * Formats records whose first levels are the word {@code unknown}.
     *
     * @param records n records
     * @param starts the index of the first known level of each record, n indices
     * @return the text
     * @throws InvalidInputException if the numbers differ
     */
    public static String knownFrom(List<LevelledTokens> records, int[] starts) {
        Arguments.requireEqual("records and start indices", records.size(), starts.length);
        StringJoiner text = new StringJoiner(BETWEEN, START, END);
        for (int i = 0; i < starts.length; i++) {
            text.add(lines(records.get(i), starts[i], false));
        }
        return text.toString();
    }

    /**
     * Formats sequences whose levels are all unknown.
     *
     * @param sequences tokens [sequences][tokens]
     * @return the text
     */
    public static String unknown(List<List<String>> sequences) {
        StringJoiner text = new StringJoiner(BETWEEN, START, END);
        for (List<String> tokens : sequences) {
            text.add(lines(new LevelledTokens(tokens, new int[tokens.size()]), tokens.size(), false));
        }
        return text.toString();
    }

    private static String lines(LevelledTokens record, int start, boolean onlyNonzero) {
        StringJoiner lines = new StringJoiner("\n");
        int[] levels = record.levels();
        for (int i = 0; i < levels.length; i++) {
            if (!onlyNonzero || levels[i] > 0) {
                lines.add(record.tokens().get(i) + "\t" + (i < start ? UNKNOWN : Integer.toString(levels[i])));
            }
        }
        return lines.toString();
    }
}
