package dev.assay.run;

import dev.assay.InvalidInputException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with its weight in a mixture, written as {@code 0.7:wiki/*.parquet}. A weight starts with a digit or a point, so the drive letter
 * of a Windows path is not read as one.
 *
 * @param weight the number before the colon
 * @param name the text after the colon
 */
record WeightedName(double weight, String name) {
    private static final Pattern FORM = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+):(.+)", Pattern.DOTALL);

    /** Returns whether all texts have weights; fails if only some have. */
    static boolean areMixed(List<String> texts) {
        if (texts == null) {
            return false;
        }
        long weighted =
                texts.stream().filter(text -> FORM.matcher(text).matches()).count();
        if (weighted > 0 && weighted < texts.size()) {
            String bare = texts.stream()
                    .filter(text -> !FORM.matcher(text).matches())
                    .findFirst()
                    .orElseThrow();
            throw new InvalidInputException("text " + bare
                    + " has no weight and others have, expected weights such as 0.5: before all texts or none");
        }
        return weighted > 0;
    }

    /** Parses a text with a weight. */
    static WeightedName parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new InvalidInputException("text " + text + " has no weight, expected one such as 0.5:" + text);
        }
        return new WeightedName(Double.parseDouble(form.group(1)), form.group(2));
    }
}
