package dev.assay.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.assay.InvalidInputException;
import java.nio.file.Path;
import java.util.Map;

/** Rejects contents of {@code tokenizer.json} on which the native library ends the process instead of failing. */
final class NativeLimits {
    /** Limit of nesting. The native parser stops at 128; files in use need fewer than 20. */
    private static final int DEEPEST = 100;

    private static final int MOST_BRACKETS = 500;

    private final Path file;

    private NativeLimits(Path file) {
        this.file = file;
    }

    /** Checks that the native tokenizer can load the file without aborting the process. */
    static void check(JsonNode tokenizer, int vocabularySize, Path file) {
        NativeLimits limits = new NativeLimits(file);
        limits.checkJson(tokenizer, 1);
        limits.checkDecoder(tokenizer.path("decoder"));
        limits.checkMerges(tokenizer.path("model"));
        limits.checkTemplates(tokenizer.path("post_processor"), vocabularySize);
    }

    private void checkJson(JsonNode node, int depth) {
        if (depth > DEEPEST) {
            throw new InvalidInputException(
                    file + " nests more than " + DEEPEST + " values, expected a valid tokenizer.json");
        }
        if (node.isNumber() && !Double.isFinite(node.doubleValue())) {
            throw new InvalidInputException(file + " has the number " + node + ", expected finite numbers");
        }
        if (node.isTextual()) {
            checkText(node.textValue());
        }
        checkPattern(node.path("Regex").asText());
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            checkText(entry.getKey());
        }
        for (JsonNode child : node) {
            checkJson(child, depth + 1);
        }
    }

    /** Limits brackets, on which the compiler of patterns recurses. Escaped brackets count too, so the check is conservative. */
    private void checkPattern(String pattern) {
        long brackets = pattern.chars().filter(c -> c == '(' || c == '[').count();
        if (brackets > MOST_BRACKETS) {
            throw new InvalidInputException(file + " has " + brackets + " brackets in the pattern " + pattern
                    + ", expected at most " + MOST_BRACKETS);
        }
    }

    private void checkText(String text) {
        if (!Unicode.isWellFormed(text)) {
            throw new InvalidInputException(
                    file + " has an unpaired surrogate in " + text + ", expected whole characters");
        }
    }

    /** Checks that the second part of each merge has the prefix, which the native code removes unconditionally. */
    private void checkMerges(JsonNode model) {
        String prefix = model.path("continuing_subword_prefix").asText("");
        for (JsonNode merge : prefix.isEmpty() ? MissingNode.getInstance() : model.path("merges")) {
            String text = merge.path(1).asText(merge.asText());
            String second = merge.isArray() ? text : text.substring(text.indexOf(' ') + 1);
            if (!second.startsWith(prefix)) {
                throw new InvalidInputException(file + ": the second part of merge " + merge
                        + " lacks the continuing_subword_prefix, expected it to start with " + prefix);
            }
        }
    }

    /** Checks that templates refer to existing tokens, which the native code does not. */
    private void checkTemplates(JsonNode processor, int vocabularySize) {
        JsonNode special = processor.path("special_tokens");
        for (JsonNode token : special) {
            boolean whole = token.path("ids").isArray()
                    && token.path("ids").size() == token.path("tokens").size();
            for (JsonNode id : token.path("ids")) {
                whole &= id.isInt() && id.intValue() >= 0 && id.intValue() < vocabularySize;
            }
            if (!whole) {
                throw new InvalidInputException(file + ": special_tokens of the post_processor has " + token
                        + ", expected an id below " + vocabularySize + " for each of its tokens");
            }
        }
        for (String template : new String[] {"single", "pair"}) {
            for (JsonNode piece : processor.path(template)) {
                String token = piece.path("SpecialToken").path("id").asText();
                boolean known = piece.has("SpecialToken")
                        ? special.has(token)
                        : template.equals("pair")
                                || piece.path("Sequence").path("id").asText().equals("A");
                if (!known) {
                    throw new InvalidInputException(file + ": " + template + " of the post_processor has " + piece
                            + ", expected the sequence A or one of its special_tokens");
                }
            }
        }
        processor.path("processors").forEach(part -> checkTemplates(part, vocabularySize));
    }

    private void checkDecoder(JsonNode decoder) {
        // Stripping the end of a token that is already empty reads before its beginning.
        if (decoder.path("type").asText().equals("Strip")
                && decoder.path("stop").asInt() != 0) {
            throw new InvalidInputException(
                    file + ": stop of the decoder Strip is " + decoder.path("stop") + ", expected 0");
        }
        decoder.path("decoders").forEach(this::checkDecoder);
    }
}
