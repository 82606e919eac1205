package dev.assay.explain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Predicts a constant activation on the tokens that a regular expression matches. A token matches if one of its characters, other than white
 * space, is within a match in the text of the window. Look-behind describes the words before a token: {@code (?<=\bthe )\w+}.
 *
 * @param pattern a regular expression of {@link Pattern}
 * @param value the activation on matching tokens, above 0
 */
public record PatternRule(String pattern, double value) implements ActivationRule {
    static final String KIND = "pattern";

    private static final String PATTERN = "pattern";
    private static final String VALUE = "value";

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
                    "\"" + pattern + "\" is not a regular expression: " + invalid.getDescription(), invalid);
        }
    }

    @Override
    public float[] predict(TextWindow window, TokenConcepts concepts) {
        String text = window.text();
        boolean[] matched = new boolean[text.length()];
        Matcher matcher = compiled(pattern).matcher(text);
        while (matcher.find()) {
            for (int i = matcher.start(); i < matcher.end(); i++) {
                matched[i] = !Character.isWhitespace(text.charAt(i));
            }
        }
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
