package dev.assay.explain.measure;

import dev.assay.InvalidInputException;
import java.util.List;

/** Texts of tokens in which runs of marked tokens are enclosed in {@code <<} and {@code >>}. */
public final class Highlighting {
    /** The share of the largest activation from which delphi marks tokens. */
    public static final double DEFAULT_THRESHOLD = 0.3;

    private static final String LEFT = "<<";
    private static final String RIGHT = ">>";

    private Highlighting() {}

    /**
     * Joins tokens without marks.
     *
     * @param tokens the tokens
     * @return their text
     */
    public static String plain(List<String> tokens) {
        return String.join("", tokens);
    }

    /**
     * Joins tokens with marks.
     *
     * @param tokens n tokens
     * @param marks whether each token is marked, n entries
     * @return the text; consecutive marked tokens share one pair of marks
     * @throws InvalidInputException if the numbers differ
     */
    public static String marked(List<String> tokens, boolean[] marks) {
        Arguments.requireEqual("tokens and marks", tokens.size(), marks.length);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < marks.length; i++) {
            if (marks[i] && (i == 0 || !marks[i - 1])) {
                text.append(LEFT);
            }
            text.append(tokens.get(i));
            if (marks[i] && (i == marks.length - 1 || !marks[i + 1])) {
                text.append(RIGHT);
            }
        }
        return text.toString();
    }

    /**
     * Marks the tokens whose activation is at least a share of the largest one. The product is rounded to float32, as in delphi, so that a
     * threshold of 1 marks the largest activation.
     *
     * @param activations n activations
     * @param threshold the share, from 0 to 1; with 0 all tokens are marked
     * @return n marks
     * @throws InvalidInputException if the threshold is not from 0 to 1
     */
    public static boolean[] atLeast(float[] activations, double threshold) {
        InvalidInputException.require(threshold >= 0 && threshold <= 1, "the threshold of marks", threshold, "0 to 1");
        float largest = Float.NEGATIVE_INFINITY;
        for (float activation : activations) {
            largest = Math.max(largest, activation);
        }
        float least = (float) (threshold * largest);
        boolean[] marks = new boolean[activations.length];
        for (int i = 0; i < marks.length; i++) {
            marks[i] = activations[i] >= least;
        }
        return marks;
    }

    /**
     * Marks the one token that delphi marks in a window without activations, at {@code n − ⌊n / 4⌋}. The position is always the same, so it
     * gives the label away; use it only to reproduce delphi.
     *
     * @param length n, at least 4
     * @return n marks, of which one is set
     * @throws InvalidInputException if the window is shorter
     */
    public static boolean[] fixedPosition(int length) {
        InvalidInputException.requireAtLeast(4, "the length of a window with a fixed mark", length);
        boolean[] marks = new boolean[length];
        marks[length - length / 4] = true;
        return marks;
    }

    /**
     * Returns the mean number of active tokens per window, rounded up: the number of wrong marks of delphi's fuzzing.
     *
     * @param windows activations [windows][tokens], at least one window
     * @return at least 0
     * @throws InvalidInputException without windows
     */
    public static int meanActiveTokens(List<float[]> windows) {
        InvalidInputException.require(!windows.isEmpty(), "there are no windows, expected at least one");
        long active = 0;
        for (float[] window : windows) {
            for (float activation : window) {
                active += activation != 0 ? 1 : 0;
            }
        }
        return (int) ((active + windows.size() - 1) / windows.size());
    }
}
