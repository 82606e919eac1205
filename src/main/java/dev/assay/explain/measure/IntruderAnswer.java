package dev.assay.explain.measure;

import dev.assay.explain.measure.UnusableAnswerException.Kind;

/**
 * The answer of the intruder task: free text, the mark {@code [RESPONSE]:} and the index of the intruder.
 *
 * @param interpretation the text before the mark
 * @param index the index of the intruder, from 0
 */
public record IntruderAnswer(String interpretation, int index) {
    private static final String MARK = "[RESPONSE]:";

    /**
     * Parses an answer.
     *
     * @param text the answer
     * @param items the number of items
     * @return the answer
     * @throws UnusableAnswerException without the mark, if the text after the first mark is no integer, or if it is no index of an item
     */
    public static IntruderAnswer parse(String text, int items) throws UnusableAnswerException {
        int mark = text.indexOf(MARK);
        if (mark < 0) {
            throw new UnusableAnswerException(
                    Kind.NO_ANSWER, "\"" + UnusableAnswerException.brief(text) + "\" has no " + MARK);
        }
        String number = text.substring(mark + MARK.length()).strip();
        if (!number.matches("[+-]?[0-9]+")) {
            throw new UnusableAnswerException(
                    Kind.MALFORMED,
                    "\"" + UnusableAnswerException.brief(number) + "\" after " + MARK + " is no number");
        }
        if (number.length() > 9 || Integer.parseInt(number) < 0 || Integer.parseInt(number) >= items) {
            throw new UnusableAnswerException(
                    Kind.OUT_OF_RANGE,
                    "the index " + UnusableAnswerException.brief(number) + " after " + MARK + " is not from 0 to "
                            + (items - 1));
        }
        return new IntruderAnswer(text.substring(0, mark), Integer.parseInt(number));
    }
}
