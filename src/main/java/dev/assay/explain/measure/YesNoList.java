package dev.assay.explain.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.explain.measure.UnusableAnswerException.Kind;
import dev.assay.io.Json;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The answer of detection and fuzzing: a list with 0 or 1, or false or true, for each item. */
public final class YesNoList {
    private static final Pattern LIST = Pattern.compile("\\[.*?]", Pattern.DOTALL);

    private YesNoList() {}

    /**
     * Parses the first list in square brackets; text around it is ignored.
     *
     * @param text the answer
     * @param items the number of items
     * @return one prediction per item
     * @throws UnusableAnswerException if there is no list, it is malformed, an entry is neither 0, 1, false nor true, or the number of
     *     entries differs
     */
    public static boolean[] parse(String text, int items) throws UnusableAnswerException {
        Matcher list = LIST.matcher(text);
        if (!list.find()) {
            throw new UnusableAnswerException(
                    Kind.NO_ANSWER, "\"" + UnusableAnswerException.brief(text) + "\" has no list in square brackets");
        }
        JsonNode entries;
        try {
            entries = Json.mapper().readTree(list.group());
        } catch (JsonProcessingException e) {
            throw malformed(list.group());
        }
        if (entries.size() != items) {
            throw new UnusableAnswerException(
                    Kind.WRONG_LENGTH,
                    "the answer " + UnusableAnswerException.brief(list.group()) + " has " + entries.size()
                            + " entries, expected " + items);
        }
        boolean[] predictions = new boolean[items];
        for (int i = 0; i < items; i++) {
            JsonNode entry = entries.get(i);
            boolean zeroOrOne = entry.isNumber() && (entry.doubleValue() == 0 || entry.doubleValue() == 1);
            if (!entry.isBoolean() && !zeroOrOne) {
                throw malformed(list.group());
            }
            predictions[i] = entry.isBoolean() ? entry.booleanValue() : entry.doubleValue() == 1;
        }
        return predictions;
    }

    private static UnusableAnswerException malformed(String list) {
        return new UnusableAnswerException(
                Kind.MALFORMED, "the answer " + UnusableAnswerException.brief(list) + " is no list of 0 and 1");
    }
}
