package dev.assay.model;

import dev.assay.InvalidInputException;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.Turn;
import dev.assay.text.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes turns of dialogues with a model, several dialogues per forward pass.
 *
 * <pre>{@code
 * List<Dialogue> answered = DialogueGenerator.of(model).newTokens(20).write(dialogues, Role.SCRATCHPAD, Role.ASSISTANT);
 * }</pre>
 *
 * <p>A turn ends at the marker after its role, at EOS, or at the limit of tokens. The written text is encoded again for the next turn.
 */
public final class DialogueGenerator {
    private final HookedTransformer model;
    private DialogueFormat format = DialogueFormat.standard();
    private int newTokens = 40;
    private int batch = 128;
    private Sampling sampling = Sampling.greedy();

    private DialogueGenerator(HookedTransformer model) {
        this.model = model;
    }

    /**
     * Creates a generator with the default options.
     *
     * @param model a whole model with a tokenizer; the caller closes it
     * @return the generator
     */
    public static DialogueGenerator of(HookedTransformer model) {
        return new DialogueGenerator(model);
    }

    /**
     * Sets the markers. Default: {@link DialogueFormat#standard()}.
     *
     * @return this
     */
    public DialogueGenerator format(DialogueFormat value) {
        format = value;
        return this;
    }

    /**
     * Sets the largest number of tokens per turn, including the end marker. Default: 40.
     *
     * @return this
     */
    public DialogueGenerator newTokens(int value) {
        newTokens = InvalidInputException.requireAtLeast(1, "the number of new tokens", value);
        return this;
    }

    /**
     * Sets the number of dialogues per forward pass. Default: 128. Results do not depend on it.
     *
     * @return this
     */
    public DialogueGenerator batch(int value) {
        batch = InvalidInputException.requireAtLeast(1, "the dialogues of a batch", value);
        return this;
    }

    /**
     * Sets the choice of the next token. Default: the most probable token. Dialogue i has the random stream of seed + i, so that equal
     * dialogues have independent continuations.
     *
     * @return this
     */
    public DialogueGenerator sampling(Sampling value) {
        sampling = value;
        return this;
    }

    /**
     * Writes several turns after each dialogue.
     *
     * @param dialogues the dialogues so far
     * @param roles the roles of the turns to write, in order
     * @return the dialogues with the written turns
     */
    public List<Dialogue> write(List<Dialogue> dialogues, Role... roles) {
        List<Dialogue> written = new ArrayList<>(dialogues);
        for (Role role : roles) {
            List<GeneratedTurn> turns = next(written, role);
            for (int i = 0; i < turns.size(); i++) {
                written.set(i, written.get(i).with(role, turns.get(i).turn().text()));
            }
        }
        return written;
    }

    /**
     * Writes the next turn of each dialogue.
     *
     * @param dialogues the dialogues so far
     * @param role the role of the next turn
     * @return one turn per dialogue
     * @throws InvalidInputException when the model has no tokenizer
     */
    public List<GeneratedTurn> next(List<Dialogue> dialogues, Role role) {
        List<GeneratedTurn> turns = new ArrayList<>();
        for (int start = 0; start < dialogues.size(); start += batch) {
            turns.addAll(next(dialogues.subList(start, Math.min(start + batch, dialogues.size())), role, start));
        }
        return turns;
    }

    private List<GeneratedTurn> next(List<Dialogue> dialogues, Role role, int first) {
        Tokenizer tokenizer = model.tokenizer();
        List<int[]> prompts = dialogues.stream()
                .map(dialogue -> format.encodePrompt(dialogue, role, tokenizer).ids())
                .toList();
        String marker = format.after(role);
        End end = new End(marker.isEmpty() ? new int[0] : tokenizer.encode(marker), tokenizer.eosId());
        List<Written> written = prompts.stream().map(prompt -> new Written()).toList();
        List<int[]> texts;
        int context = model.config().contextLength();
        try (GrowingTexts growing = new GrowingTexts(model, context)) {
            texts = new Generator(context, growing::nextLogits)
                    .continueTexts(
                            prompts,
                            newTokens,
                            text -> seeded(first + text),
                            (text, token, logits) -> written.get(text).add(token, end));
        }
        List<GeneratedTurn> turns = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            int from = prompts.get(i).length;
            int[] ids = Arrays.copyOfRange(texts.get(i), from, texts.get(i).length - written.get(i).endTokens);
            String text = ids.length == 0 ? "" : tokenizer.decode(ids);
            turns.add(new GeneratedTurn(new Turn(role, text), ids.length, written.get(i).endTokens > 0));
        }
        return turns;
    }

    private Sampling seeded(int dialogue) {
        return new Sampling(sampling.temperature(), sampling.topK(), sampling.seed() + dialogue);
    }

    /** The tokens that end a turn. */
    private record End(int[] marker, int eos) {}

    /** The latest tokens of a turn. */
    private static final class Written {
        private final List<Integer> tokens = new ArrayList<>();
        private int endTokens;

        /** Adds a token and returns whether the turn continues. */
        boolean add(int token, End end) {
            tokens.add(token);
            int length = end.marker().length;
            if (length > 0 && endsWith(end.marker())) {
                endTokens = length;
            } else if (token == end.eos()) {
                endTokens = 1;
            }
            return endTokens == 0;
        }

        private boolean endsWith(int[] marker) {
            int start = tokens.size() - marker.length;
            for (int i = 0; i < marker.length; i++) {
                if (start < 0 || tokens.get(start + i) != marker[i]) {
                    return false;
                }
            }
            return true;
        }
    }
}
