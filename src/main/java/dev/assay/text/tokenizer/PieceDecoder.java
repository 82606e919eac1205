package dev.assay.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Converts a vocabulary entry to the bytes that it adds to a text, as specified by the field {@code decoder} of a {@code tokenizer.json}.
 * Joined, the bytes of all tokens of a text are its UTF-8.
 */
final class PieceDecoder {
    private static final Pattern BYTE = Pattern.compile("<0x([0-9A-Fa-f]{2})>");
    private static final String TYPE = "type";

    /** The replacements of Hugging Face's {@code cleanup}, which apply to each token. */
    private static final String[][] CLEANUP = {
        {" .", "."},
        {" ?", "?"},
        {" !", "!"},
        {" ,", ","},
        {" ' ", "'"},
        {" n't", "n't"},
        {" 'm", "'m"},
        {" do not", " don't"},
        {" 's", "'s"},
        {" 've", "'ve"},
        {" 're", "'re"}
    };

    private final Map<Character, Byte> byteOfCharacter = new HashMap<>();
    private final JsonNode decoder;
    private boolean supported = true;
    private boolean fused;
    private boolean dropsFirstSpace;

    private PieceDecoder(JsonNode decoder) {
        this.decoder = decoder;
        char[] characters = ByteAlphabet.characters();
        for (int value = 0; value < characters.length; value++) {
            byteOfCharacter.put(characters[value], (byte) value);
        }
    }

    static PieceDecoder of(JsonNode tokenizer) {
        PieceDecoder made = new PieceDecoder(tokenizer.path("decoder"));
        made.inspect(made.decoder);
        made.dropsFirstSpace |= addsPrefixSpace(tokenizer.path("pre_tokenizer"));
        return made;
    }

    /** Returns whether the tokenizer inserts a space before the text that is not part of it. */
    private static boolean addsPrefixSpace(JsonNode preTokenizer) {
        for (JsonNode part : preTokenizer.path("pretokenizers")) {
            if (addsPrefixSpace(part)) {
                return true;
            }
        }
        return preTokenizer.path(TYPE).asText().equals("ByteLevel")
                && preTokenizer.path("add_prefix_space").asBoolean();
    }

    private void inspect(JsonNode step) {
        switch (step.path(TYPE).asText()) {
            case "Sequence" -> step.path("decoders").forEach(this::inspect);
            case "ByteLevel", "ByteFallback", "BPEDecoder" -> {}
            case "Fuse" -> fused = true;
            case "WordPiece" -> dropsFirstSpace = true;
            case "Metaspace" ->
                dropsFirstSpace |= !step.path("prepend_scheme").asText().equals("never")
                        && step.path("add_prefix_space").asBoolean(true);
            case "Strip" -> inspectStrip(step);
            case "Replace" -> supported &= pattern(step).isPresent();
            case "" -> dropsFirstSpace = true; // without a decoder, tokens are joined by spaces
            default -> supported = false;
        }
    }

    private void inspectStrip(JsonNode step) {
        boolean space = step.path("content").asText().equals(" ");
        int start = step.path("start").asInt();
        supported &= fused && space && start <= 1 && step.path("stop").asInt() == 0;
        dropsFirstSpace |= start == 1;
    }

    /** Returns whether all steps of the decoder are known. */
    boolean supported() {
        return supported;
    }

    /** Returns whether the first token of a text loses the space at its start. */
    boolean dropsFirstSpace() {
        return dropsFirstSpace;
    }

    /** Returns the bytes that a vocabulary entry adds to a text after its first token. */
    byte[] bytes(String piece) {
        return decode(decoder, Piece.of(piece)).bytes();
    }

    /** Returns the bytes of a special token, which is written as it is, after a space where the decoder separates tokens by spaces. */
    byte[] special(String piece) {
        byte[] spaced = (" " + piece).getBytes(StandardCharsets.UTF_8);
        boolean separated = !piece.isEmpty() && supported && Arrays.equals(bytes(piece), spaced);
        return separated ? spaced : piece.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * A token between two steps.
     *
     * @param text its text, unchanged once it is converted to bytes
     * @param bytes its bytes
     * @param converted whether a step has converted it to bytes, after which it does not change
     */
    private record Piece(String text, byte[] bytes, boolean converted) {
        static Piece of(String text) {
            return new Piece(text, text.getBytes(StandardCharsets.UTF_8), false);
        }

        Piece converted(byte[] to) {
            return new Piece(text, to, true);
        }
    }

    private Piece decode(JsonNode step, Piece piece) {
        if (piece.converted()) {
            return piece;
        }
        String text = piece.text();
        return switch (step.path(TYPE).asText()) {
            case "Sequence" -> {
                Piece changed = piece;
                for (JsonNode part : step.path("decoders")) {
                    changed = decode(part, changed);
                }
                yield changed;
            }
            case "ByteLevel" -> piece.converted(byteLevel(text));
            case "ByteFallback" -> byteFallback(piece);
            case "BPEDecoder" -> Piece.of(text.replace(step.path("suffix").asText("</w>"), " "));
            case "WordPiece" -> Piece.of(wordPiece(step, text));
            case "Metaspace" -> Piece.of(text.replace(step.path("replacement").asText("\u2581"), " "));
            case "Replace" ->
                Piece.of(pattern(step)
                        .map(pattern -> pattern.matcher(text)
                                .replaceAll(Matcher.quoteReplacement(
                                        step.path("content").asText())))
                        .orElse(text));
            case "" -> Piece.of(" " + text);
            default -> piece;
        };
    }

    private static Optional<Pattern> pattern(JsonNode replace) {
        JsonNode pattern = replace.path("pattern");
        if (pattern.path("String").isTextual()) {
            return Optional.of(
                    Pattern.compile(Pattern.quote(pattern.path("String").asText())));
        }
        try {
            return pattern.path("Regex").isTextual()
                    ? Optional.of(Pattern.compile(pattern.path("Regex").asText()))
                    : Optional.empty();
        } catch (PatternSyntaxException unknownSyntax) {
            return Optional.empty();
        }
    }

    /** A token with a character outside the alphabet is text, such as an added token of several spaces. */
    private byte[] byteLevel(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            Byte value = byteOfCharacter.get(text.charAt(i));
            if (value == null) {
                return text.getBytes(StandardCharsets.UTF_8);
            }
            bytes.write(value);
        }
        return bytes.toByteArray();
    }

    private static Piece byteFallback(Piece piece) {
        Matcher match = BYTE.matcher(piece.text());
        return match.matches() ? piece.converted(new byte[] {(byte) Integer.parseInt(match.group(1), 16)}) : piece;
    }

    private static String wordPiece(JsonNode step, String text) {
        String prefix = step.path("prefix").asText("##");
        String joined = text.startsWith(prefix) ? text.substring(prefix.length()) : " " + text;
        if (step.path("cleanup").asBoolean(true)) {
            for (String[] pair : CLEANUP) {
                joined = joined.replace(pair[0], pair[1]);
            }
        }
        return joined;
    }
}
