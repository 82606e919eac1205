package dev.assay.text.dialogue;

import dev.assay.text.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The markers around the turns of a dialogue.
 *
 * <p>By default, a turn of role {@code user} is {@code <|user|>text<|end|>}, and a turn of role {@code document} has no markers. Marker and
 * text are encoded separately, so that no token spans both. A tokenizer that has the markers as special tokens encodes each as one token.
 * Immutable.
 */
public final class DialogueFormat {
    /** The markers of a role. */
    private record Markers(String before, String after) {}

    private final Map<Role, Markers> markers;

    private DialogueFormat(Map<Role, Markers> markers) {
        this.markers = markers;
    }

    /** {@return the default format} */
    public static DialogueFormat standard() {
        return new DialogueFormat(Map.of(Role.DOCUMENT, new Markers("", "")));
    }

    /**
     * Changes the markers of a role.
     *
     * @param role the role
     * @param before the text before each turn; may be empty
     * @param after the text after each turn; may be empty
     * @return the changed format
     */
    public DialogueFormat with(Role role, String before, String after) {
        Map<Role, Markers> changed = new LinkedHashMap<>(markers);
        changed.put(role, new Markers(before, after));
        return new DialogueFormat(changed);
    }

    /** {@return the text before a turn of a role} */
    public String before(Role role) {
        return markers(role).before();
    }

    /** {@return the text after a turn of a role} */
    public String after(Role role) {
        return markers(role).after();
    }

    private Markers markers(Role role) {
        Markers known = markers.get(role);
        return known == null ? new Markers("<|" + role.name() + "|>", "<|end|>") : known;
    }

    /**
     * Converts a dialogue to tokens. BOS is prepended if the tokenizer {@linkplain Tokenizer#prependsBos prepends it}.
     *
     * @param dialogue the dialogue
     * @param tokenizer the tokenizer of the model
     * @return token ids with the span of each turn
     */
    public RoleSpans encode(Dialogue dialogue, Tokenizer tokenizer) {
        return tokens(dialogue, tokenizer).spans();
    }

    /**
     * Converts the beginning of a dialogue to tokens, for a model that writes the next turn.
     *
     * @param dialogue the turns so far
     * @param next the role of the turn to write; the marker before it is the end of the result
     * @param tokenizer the tokenizer of the model
     * @return token ids; the next turn has no span
     */
    public RoleSpans encodePrompt(Dialogue dialogue, Role next, Tokenizer tokenizer) {
        Tokens tokens = tokens(dialogue, tokenizer);
        tokens.add(before(next));
        return tokens.spans();
    }

    private Tokens tokens(Dialogue dialogue, Tokenizer tokenizer) {
        Tokens tokens = new Tokens(tokenizer);
        dialogue.turns().forEach(turn -> tokens.add(turn, markers(turn.role())));
        return tokens;
    }

    /** Tokens of the parts so far. */
    private static final class Tokens {
        private final Tokenizer tokenizer;
        private final IntStream.Builder ids = IntStream.builder();
        private final List<RoleSpan> spans = new ArrayList<>();
        private int length;

        Tokens(Tokenizer tokenizer) {
            this.tokenizer = tokenizer;
            if (tokenizer.prependsBos()) {
                ids.add(tokenizer.bosId());
                length = 1;
            }
        }

        void add(Turn turn, Markers around) {
            int start = length;
            int textStart = add(around.before());
            int textEnd = add(turn.text());
            int end = add(around.after());
            spans.add(new RoleSpan(turn.role(), start, textStart, textEnd, end));
        }

        /** Adds a text and returns the number of tokens so far. */
        int add(String text) {
            if (!text.isEmpty()) {
                int[] more = tokenizer.encode(text);
                IntStream.of(more).forEach(ids::add);
                length += more.length;
            }
            return length;
        }

        RoleSpans spans() {
            return new RoleSpans(ids.build().toArray(), spans);
        }
    }
}
