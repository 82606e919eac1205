package dev.assay.explain.measure;

import dev.assay.explain.measure.UnusableAnswerException.Kind;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The answer of SAEBench's automatic interpretation: the numbers of the activating items separated by commas or {@code and}, or the word {@code None}. */
public final class IndexList {
    private IndexList() {}

    /**
     * Parses an answer.
     *
     * @param text the answer; a final period and surrounding white space are ignored
     * @param items the number of items, which are numbered from 1
     * @return the items that are named, in rising order, each from 1 to {@code items}
     * @throws UnusableAnswerException if the text is empty, has an entry that is no integer, or names no item
     */
    public static Set<Integer> parse(String text, int items) throws UnusableAnswerException {
        String list = text.strip().replaceAll("\\.$", "").strip();
        if (list.isEmpty()) {
            throw new UnusableAnswerException(Kind.NO_ANSWER, "the answer is empty, expected numbers or None");
        }
        Set<Integer> named = new TreeSet<>();
        if (list.toLowerCase(Locale.ROOT).equals("none")) {
            return named;
        }
        for (String entry : list.replaceAll("(,\\s*)?\\band\\b", ",").split(",", -1)) {
            String number = entry.strip();
            if (!number.matches("[0-9]{1,9}")) {
                throw new UnusableAnswerException(
                        Kind.MALFORMED,
                        "\"" + UnusableAnswerException.brief(list) + "\" is no list of numbers separated by commas");
            }
            int item = Integer.parseInt(number);
            if (item < 1 || item > items) {
                throw new UnusableAnswerException(
                        Kind.OUT_OF_RANGE, "the answer names item " + item + ", expected 1 to " + items);
            }
            named.add(item);
        }
        return named;
    }
}
