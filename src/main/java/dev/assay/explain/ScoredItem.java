package dev.assay.explain;

import java.util.List;

/**
 * One question to a judge and its answer.
 *
 * @param window the text
 * @param marks the indices of the marked tokens, ascending; empty for a question without marks
 * @param truth whether the item is positive: the feature is active, or the marks are right
 * @param verdict the answer
 */
public record ScoredItem(TextWindow window, List<Integer> marks, boolean truth, Verdict verdict) {
    /** Copies the list. */
    public ScoredItem {
        marks = List.copyOf(marks);
    }

    /**
     * Creates an item whose truth is whether the feature is active.
     *
     * @param window the text
     * @param verdict the answer
     * @return the item
     */
    public static ScoredItem of(TextWindow window, Verdict verdict) {
        return new ScoredItem(window, List.of(), window.isActive(), verdict);
    }

    /** {@return whether the answer is given and right} */
    public boolean isCorrect() {
        return verdict instanceof Verdict.Given given && given.positive() == truth;
    }
}
