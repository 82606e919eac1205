package dev.assay.audit.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.InvalidInputException;
import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.Turn;
import java.util.List;
import org.junit.jupiter.api.Test;

class TfIdfTest {
    private static LabelledDialogue document(String text) {
        return new LabelledDialogue(text, "x", Dialogue.document(text));
    }

    @Test
    void weightsEqualTheirDefinition() {
        List<LabelledDialogue> documents =
                List.of(document("The cat sat."), document("the cat ran to the dog"), document("A dog sat"));
        TfIdf weights = TfIdf.fit(documents, TextTerms.words(1, 1), 1, 100);
        assertEquals(List.of("cat", "dog", "sat", "the", "a", "ran", "to"), weights.vocabulary());
        DocumentMatrix matrix = weights.transform(documents);
        double inTwo = Math.log(4.0 / 3) + 1;
        double inOne = Math.log(4.0 / 2) + 1;
        double norm = Math.sqrt(2 * inTwo * inTwo + 4 * inTwo * inTwo + 2 * inOne * inOne);
        assertEquals(inTwo / norm, matrix.value(1, 0), 1e-12);
        assertEquals(2 * inTwo / norm, matrix.value(1, 3), 1e-12);
        assertEquals(inOne / norm, matrix.value(1, 5), 1e-12);
        assertEquals(1 / Math.sqrt(3), matrix.value(0, 2), 1e-12);
        assertEquals(0, matrix.value(0, 1));
    }

    @Test
    void vocabularyIsThatOfTheFittedDocuments() {
        List<LabelledDialogue> documents = List.of(document("red cat"), document("red dog"), document("red hill dog"));
        TfIdf weights = TfIdf.fit(documents, TextTerms.words(1, 1), 2, 1);
        assertEquals(List.of("red"), weights.vocabulary());
        DocumentMatrix other = weights.transform(List.of(document("a blue dog"), document("red red blue")));
        assertEquals(0, other.value(0, 0));
        assertEquals(1, other.value(1, 0));
        TfIdf empty = TfIdf.fit(documents, TextTerms.words(1, 1), 4, 10);
        assertEquals(List.of(), empty.vocabulary());
        assertEquals(1, empty.transform(documents).columns());
    }

    @Test
    void termsAreNGramsOfTheTurnsOfRoles() {
        LabelledDialogue document = new LabelledDialogue(
                "x", "y", Dialogue.of(new Turn(Role.USER, "Who's  there?"), new Turn(Role.ASSISTANT, "Ä b")));
        assertEquals(
                List.of("who's", "there", "who's there", "ä", "b", "ä b"),
                TextTerms.words(1, 2).of(document));
        assertEquals(
                List.of("ä ", " b", "ä b"),
                TextTerms.characters(2, 3).at(Role.ASSISTANT).of(document));
        assertEquals(List.of(), TextTerms.words(1, 2).at(Role.SCRATCHPAD).of(document));
        assertEquals(
                "characters 2-3@assistant",
                TextTerms.characters(2, 3).at(Role.ASSISTANT).toString());
        assertThrows(InvalidInputException.class, () -> TextTerms.words(2, 1));
        assertThrows(InvalidInputException.class, () -> TextTerms.words(0, 1));
    }
}
