package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.Turn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DialogueGeneratorTest {
    private static final List<Dialogue> DIALOGUES = List.of(
            Dialogue.of(new Turn(Role.USER, "the cat")),
            Dialogue.of(new Turn(Role.USER, "a red dog ran to the hill")),
            Dialogue.of(new Turn(Role.USER, "who")));
    private static HookedTransformer model;

    @BeforeAll
    static void load() {
        model = Fixtures.load("gpt_neox");
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static DialogueFormat format(String end) {
        return DialogueFormat.standard().with(Role.USER, "", " ").with(Role.ASSISTANT, ":", end);
    }

    /** Returns the greedy continuation of a prompt, computed without a cache. */
    private static int[] expected(Dialogue dialogue, int tokens) {
        int[] prompt = format("")
                .encodePrompt(dialogue, Role.ASSISTANT, model.tokenizer())
                .ids();
        int[] text = new Generator(model.config().contextLength(), model::lastLogits)
                .continueTexts(List.of(prompt), tokens, Sampling.greedy())
                .get(0);
        return Arrays.copyOfRange(text, prompt.length, text.length);
    }

    @Test
    void turnsAreTheGreedyContinuationsOfTheirPrompts() {
        List<GeneratedTurn> turns = DialogueGenerator.of(model)
                .format(format(""))
                .newTokens(6)
                .batch(2)
                .next(DIALOGUES, Role.ASSISTANT);
        for (int i = 0; i < DIALOGUES.size(); i++) {
            int[] tokens = expected(DIALOGUES.get(i), 6);
            int eos = model.tokenizer().eosId();
            assertFalse(Arrays.stream(tokens).anyMatch(id -> id == eos), "a test without EOS");
            assertEquals(model.tokenizer().decode(tokens), turns.get(i).turn().text());
            assertEquals(6, turns.get(i).tokens());
            assertFalse(turns.get(i).ended());
        }
    }

    @Test
    void turnsEndAtTheMarkerOfTheirRole() {
        int[] tokens = expected(DIALOGUES.get(0), 6);
        // The third token of the text is declared to be the end marker.
        String marker = model.tokenizer().decode(tokens[2]);
        assertEquals(1, model.tokenizer().encode(marker).length);
        int first = IntStream.range(0, 3)
                .filter(i -> tokens[i] == tokens[2])
                .findFirst()
                .orElseThrow();
        GeneratedTurn turn = DialogueGenerator.of(model)
                .format(format(marker))
                .newTokens(6)
                .next(DIALOGUES, Role.ASSISTANT)
                .get(0);
        assertTrue(turn.ended());
        assertEquals(first, turn.tokens());
        assertEquals(
                first == 0 ? "" : model.tokenizer().decode(Arrays.copyOf(tokens, first)),
                turn.turn().text());
    }

    @Test
    void writtenTurnsAreThePromptOfTheNext() {
        DialogueGenerator generator =
                DialogueGenerator.of(model).format(format("")).newTokens(3);
        Dialogue once = generator.write(DIALOGUES, Role.ASSISTANT).get(1);
        Dialogue twice =
                generator.write(DIALOGUES, Role.ASSISTANT, Role.ASSISTANT).get(1);
        assertEquals(DIALOGUES.get(1).turns().get(0), once.turns().get(0));
        assertEquals(once.turns(), twice.turns().subList(0, 2));
        assertEquals(generator.write(List.of(once), Role.ASSISTANT).get(0).turns(), twice.turns());
    }

    @Test
    void equalDialoguesHaveIndependentSamplesWhateverTheBatch() {
        List<Dialogue> equal = new ArrayList<>(Collections.nCopies(8, DIALOGUES.get(0)));
        DialogueGenerator generator =
                DialogueGenerator.of(model).format(format("")).newTokens(4).sampling(Sampling.random(3));
        List<GeneratedTurn> turns = generator.next(equal, Role.ASSISTANT);
        assertTrue(new HashSet<>(turns).size() > 4, () -> "samples " + turns);
        assertEquals(turns, generator.batch(3).next(equal, Role.ASSISTANT));
    }
}
