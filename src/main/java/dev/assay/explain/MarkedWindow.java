package dev.assay.explain;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A window with marked tokens, an item of fuzzing.
 *
 * @param window the text
 * @param marks whether each token is marked, [tokens]
 * @param right whether the marks are on the active tokens
 */
public record MarkedWindow(TextWindow window, boolean[] marks, boolean right) {
    /** Copies the array. */
    public MarkedWindow {
        marks = marks.clone();
    }

    /**
     * Returns the marks.
     *
     * @return a copy, [tokens]
     */
    @Override
    public boolean[] marks() {
        return marks.clone();
    }

    /** {@return the indices of the marked tokens, ascending} */
    public List<Integer> marked() {
        return IntStream.range(0, marks.length).filter(i -> marks[i]).boxed().toList();
    }

    /**
     * Creates the scored item.
     *
     * @param verdict the answer of the judge; positive for right marks
     * @return the item
     */
    public ScoredItem answered(Verdict verdict) {
        return new ScoredItem(window, marked(), right, verdict);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MarkedWindow that
                && window.equals(that.window)
                && Arrays.equals(marks, that.marks)
                && right == that.right;
    }

    @Override
    public int hashCode() {
        return 31 * window.hashCode() + Arrays.hashCode(marks);
    }

    @Override
    public String toString() {
        return "MarkedWindow[" + window.id() + ", marks=" + marked() + ", right=" + right + "]";
    }
}
