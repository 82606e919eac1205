package dev.assay.explain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.util.List;

/**
 * Predicts a constant activation on the tokens that a regular expression matches. A token matches if one of its characters, other than white
 * space, is within a match in the text of the window. With a group named {@code active}, only its characters count: the expression
 * {@code \bthe (?P<active>\w+)} matches words after "the". After such a match, the search resumes at the group, so a word can be the context
 * of the next one.
 *
 * <p>The syntax is that of RE2, whose matching time is linear in the length of the text. It has no look-around and no back reference.
 *
 * @param pattern a regular expression of RE2
 * @param value the activation on matching tokens, above 0
 */
public record PatternRule(String pattern, double value) implements ActivationRule {
    static final String KIND = "pattern";

    private static final String PATTERN = "pattern";
    private static final String VALUE = "value";
    private static final String ACTIVE = "active";
    private static final List<String> LOOK_AROUND = List.of("(?<=", "(?<!", "(?=", "(?!");

    /** Checks the expression and the value. */
    public PatternRule {
        compiled(pattern);
        InvalidInputException.require(value > 0, "the activation of a pattern", value, "a number above 0");
    }

    private static Pattern compiled(String pattern) {
        try {
            return Pattern.compile(pattern);
        } catch (PatternSyntaxException invalid) {
            throw new InvalidInputException(
                    "\"" + pattern + "\" is not a regular expression of RE2: " + reason(pattern, invalid)
                            + "; expected one without look-around and back references, in which a group (?P<" + ACTIVE
                            + ">…) can separate the active text from its context",
                    invalid);
        }
    }

    /** Names a look-around, which the parser of RE2 reports as a group with an invalid name. */
    private static String reason(String pattern, PatternSyntaxException invalid) {
        return LOOK_AROUND.stream()
                .filter(pattern::contains)
                .map(start -> "it has the look-around " + start + "…)")
                .findFirst()
                .orElseGet(invalid::getDescription);
    }

    @Override
    public float[] predict(TextWindow window, TokenConcepts concepts) {
        boolean[] matched = matched(window.text());
        float[] predicted = new float[window.length()];
        int at = 0;
        for (int token = 0; token < predicted.length; token++) {
            int end = at + window.tokens().get(token).length();
            for (; at < end; at++) {
                predicted[token] = matched[at] ? (float) value : predicted[token];
            }
        }
        return predicted;
    }

    /** Returns whether each character is active, [characters]. */
    private boolean[] matched(String text) {
        boolean[] matched = new boolean[text.length()];
        Pattern compiled = compiled(pattern);
        boolean hasGroup = compiled.namedGroups().containsKey(ACTIVE);
        Matcher matcher = compiled.matcher(text);
        int from = 0;
        while (from <= text.length() && matcher.find(from)) {
            int start = hasGroup ? matcher.start(ACTIVE) : matcher.start();
            int end = hasGroup ? matcher.end(ACTIVE) : matcher.end();
            for (int i = Math.max(0, start); i < end; i++) {
                matched[i] = !Character.isWhitespace(text.charAt(i));
            }
            from = start > matcher.start() ? start : Math.max(matcher.end(), matcher.start() + 1);
        }
        return matched;
    }

    @Override
    public ObjectNode toJson() {
        return Json.mapper()
                .createObjectNode()
                .put("kind", KIND)
                .put(PATTERN, pattern)
                .put(VALUE, value);
    }

    static PatternRule read(JsonObject json) {
        return new PatternRule(json.text(PATTERN), json.number(VALUE));
    }
}
