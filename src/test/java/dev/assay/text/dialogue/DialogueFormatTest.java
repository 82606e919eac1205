package dev.assay.text.dialogue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.InvalidInputException;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.text.tokenizer.TokenizerTest;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DialogueFormatTest {
    private static final Dialogue DIALOGUE =
            Dialogue.of(new Turn(Role.USER, "Where is the dog"), new Turn(Role.ASSISTANT, "Here"));
    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() throws IOException {
        tokenizer = Tokenizer.load(TokenizerTest.fixture());
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    private static String decoded(RoleSpans spans, int start, int end) {
        return tokenizer.decode(Arrays.copyOfRange(spans.ids(), start, end));
    }

    @Test
    void marksTurnsAndReturnsTheirSpans() {
        RoleSpans spans = DialogueFormat.standard().encode(DIALOGUE, tokenizer);

        assertEquals("<|user|>Where is the dog<|end|><|assistant|>Here<|end|>", decoded(spans, 0, spans.length()));
        RoleSpan user = spans.spans().get(0);
        RoleSpan assistant = spans.spans().get(1);
        assertEquals("<|user|>", decoded(spans, user.start(), user.textStart()));
        assertEquals("Where is the dog", decoded(spans, user.textStart(), user.textEnd()));
        assertEquals("<|end|>", decoded(spans, user.textEnd(), user.end()));
        assertEquals("Here", decoded(spans, assistant.textStart(), assistant.textEnd()));
        assertEquals(user.end(), assistant.start());
        assertEquals(spans.length(), assistant.end());
        assertEquals(Role.USER, user.role());
    }

    @Test
    void rolesOfTokensLeaveOutMarkers() {
        RoleSpans spans = DialogueFormat.standard().encode(DIALOGUE, tokenizer);
        Role[] roles = spans.roles();
        for (int i = 0; i < roles.length; i++) {
            int at = i;
            Role expected = spans.spans().stream()
                    .filter(span -> at >= span.textStart() && at < span.textEnd())
                    .map(RoleSpan::role)
                    .findFirst()
                    .orElse(Role.NONE);
            assertEquals(expected, roles[i]);
        }
        int[] assistant = spans.positions(Set.of(Role.ASSISTANT));
        assertEquals("Here", decoded(spans, assistant[0], assistant[assistant.length - 1] + 1));
        assertEquals(
                roles.length - Arrays.stream(roles).filter(Role.NONE::equals).count(),
                spans.positions(Set.of(Role.ASSISTANT, Role.USER)).length);
    }

    @Test
    void documentsHaveNoMarkersAndTheTokensOfTheirText() {
        String text = "Once there was a dog.";
        RoleSpans spans = DialogueFormat.standard().encode(Dialogue.document(text), tokenizer);
        assertArrayEquals(tokenizer.encode(text), spans.ids());
    }

    @Test
    void promptsEndInTheMarkerOfTheNextTurn() {
        DialogueFormat format =
                DialogueFormat.standard().with(Role.ASSISTANT, " A:", "\n").with(Role.USER, "Q:", "");
        RoleSpans prompt = format.encodePrompt(Dialogue.of(new Turn(Role.USER, "Who")), Role.ASSISTANT, tokenizer);
        assertEquals("Q:Who A:", tokenizer.decode(prompt.ids()));
        assertEquals(1, prompt.spans().size());
        // The prompt is a beginning of the whole dialogue.
        RoleSpans whole =
                format.encode(Dialogue.of(new Turn(Role.USER, "Who"), new Turn(Role.ASSISTANT, "Me")), tokenizer);
        assertArrayEquals(prompt.ids(), Arrays.copyOf(whole.ids(), prompt.length()));
        assertEquals("Q:Who A:Me\n", tokenizer.decode(whole.ids()));
    }

    @Test
    void firstTokensCutTheirSpans() {
        RoleSpans spans = new RoleSpans(
                new int[] {1, 2, 3, 4, 5, 6},
                List.of(new RoleSpan(Role.USER, 0, 1, 2, 3), new RoleSpan(Role.ASSISTANT, 3, 4, 5, 6)));
        assertEquals(
                List.of(new RoleSpan(Role.USER, 0, 1, 2, 3), new RoleSpan(Role.ASSISTANT, 3, 4, 4, 4)),
                spans.first(4).spans());
        assertEquals(
                List.of(new RoleSpan(Role.USER, 0, 1, 2, 3)), spans.first(3).spans());
        assertArrayEquals(new int[] {1, 2, 3}, spans.first(3).ids());
    }

    @Test
    void dialoguesJoinTheTextsOfARole() {
        Dialogue dialogue = DIALOGUE.with(Role.USER, "Thanks");
        assertEquals("Where is the dog\nThanks", dialogue.text(Role.USER));
        assertEquals("", dialogue.text(Role.SYSTEM));
        assertThrows(InvalidInputException.class, () -> new Dialogue(List.of()));
    }
}
