package dev.assay.audit.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.InvalidInputException;
import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditSampleTest {
    private static LabelledDialogue document(String id, String pair, String group) {
        return new LabelledDialogue(id, "x", pair, group, Dialogue.document("text"));
    }

    @Test
    void pairsAndGroupsConnectDocumentsToUnits() {
        AuditSample sample = AuditSample.of(List.of(
                document("0", "p", ""),
                document("1", "", "g"),
                document("2", "p", "h"),
                document("3", "", ""),
                document("4", "q", "h"),
                document("5", "", ""),
                document("6", "", "p"))); // a group named as a pair is another unit
        assertArrayEquals(new int[] {0, 1, 0, 2, 0, 3, 4}, sample.units(0, 1, 2, 3, 4, 5, 6));
        assertArrayEquals(new int[] {0, 1}, sample.units(0, 4), "documents that are not selected connect nothing");
    }

    @Test
    void selectsRowsOfDocumentsAndMatrices() {
        AuditSample sample =
                AuditSample.of(Documents.plain(4)).with("m", DocumentMatrix.of(new double[][] {{1}, {2}, {3}, {4}}));
        AuditSample selected = sample.select(3, 1);
        assertEquals("d3", selected.documents().get(0).id());
        assertEquals(2, selected.matrix("m").value(1, 0));
        assertArrayEquals(new int[] {0}, selected.rowsOf("b"));
        assertEquals(2, sample.rowOf("d2"));
    }

    @Test
    void errorsNameWhatExists() {
        AuditSample sample = AuditSample.of(Documents.plain(4)).with("m", DocumentMatrix.of(new double[4][1]));
        assertEquals(
                "the sample has no matrix \"n\", expected one of m",
                assertThrows(InvalidInputException.class, () -> sample.matrix("n"))
                        .getMessage());
        assertEquals(
                "no document has the label \"c\", expected one of a, b",
                assertThrows(InvalidInputException.class, () -> sample.requireLabels("a", "c"))
                        .getMessage());
        assertEquals(
                "both labels are \"a\", expected two different labels",
                assertThrows(InvalidInputException.class, () -> sample.requireLabels("a", "a"))
                        .getMessage());
        assertEquals(
                "the matrix \"m\" has 3 rows, expected 4, one per document",
                assertThrows(InvalidInputException.class, () -> sample.with("m", DocumentMatrix.of(new double[3][1])))
                        .getMessage());
        assertThrows(InvalidInputException.class, () -> sample.rowOf("d9"));
        assertThrows(InvalidInputException.class, () -> AuditSample.of(List.of()));
    }

    @Test
    void namesOfPoolingsAreRead() {
        for (String name :
                List.of("last", "mean@assistant", "max@assistant+user", "sum", "position0", "position-3@scratchpad")) {
            assertEquals(name, Pooling.parse(name).toString());
        }
        assertEquals(Pooling.mean().at(Role.USER, Role.ASSISTANT), Pooling.parse("mean@user+assistant"));
        for (String name : List.of("median", "position", "mean@", "mean@User", "mean 3", "position1.5")) {
            assertThrows(InvalidInputException.class, () -> Pooling.parse(name), name);
        }
    }
}
