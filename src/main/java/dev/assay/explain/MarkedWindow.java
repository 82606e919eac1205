package dev.assay.explain;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An item that is not answered yet: a window, in some tasks with marked tokens.
 *
 * @param window the text
 * @param marks whether each token is marked, [tokens]; no token in tasks without marks
 * @param right the truth: whether the marks are on the active tokens or, in tasks without marks, whether the feature is active
 */
public record MarkedWindow(TextWindow window, boolean[] marks, boolean right) {
    /** Copies the array. */
    public MarkedWindow {
        marks = marks.clone();
    }

    /**
     * Creates an item of a task without marks.
     *
     * @param window the text
     * @return an item whose truth is whether the feature is active
     */
    public static MarkedWindow unmarked(TextWindow window) {
        return new MarkedWindow(window, new boolean[window.length()], window.isActive());
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
     * @param verdict the answer of the judge; positive for right marks or for an active feature
     * @return the item
     */
    public ScoredItem answered(Verdict verdict) {
        return new ScoredItem(window, marked(), right, verdict);
    }

    /**
     * Creates the scored items of a task.
     *
     * @param items the items
     * @param verdicts one answer per item, in order
     * @return the items with their answers
     */
    public static List<ScoredItem> answered(List<MarkedWindow> items, List<Verdict> verdicts) {
        return IntStream.range(0, items.size())
                .mapToObj(i -> items.get(i).answered(verdicts.get(i)))
                .toList();
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
