package dev.assay.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.Fragments;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class HtmlTableTest {
    private static final String SCRIPT = "</script><img onerror=\"alert(1)\" src=x>";

    private static HtmlTable table() {
        return HtmlTable.of("A & B <" + SCRIPT)
                .tokens("token")
                .words("word")
                .numbers("number")
                .row(" a\n", SCRIPT, "1,234")
                .row("", "", "0.5")
                .note("1 < 2");
    }

    @Test
    void everythingIsText() {
        Element root = Fragments.check(table());
        assertEquals(
                "A & B <" + SCRIPT, Fragments.elements(root, "caption").get(0).getTextContent());
        assertEquals(
                List.of(List.of("token", "word", "number"), List.of("·a↵", SCRIPT, "1,234"), List.of("∅", "", "0.5")),
                Fragments.cells(root));
        assertEquals("1 < 2", Fragments.elements(root, "p").get(0).getTextContent());
        assertEquals(List.of(), Fragments.elements(root, "img"));
    }

    @Test
    void numbersStandOnTheRight() {
        Element root = Fragments.check(table());
        for (Element row : Fragments.elements(root, "tr")) {
            assertEquals("n", ((Element) row.getLastChild()).getAttribute("class"));
            assertEquals("", ((Element) row.getChildNodes().item(1)).getAttribute("class"));
        }
    }

    @Test
    void aFoldedTableShowsItsCaption() {
        Element root = Fragments.check(table().folded());
        Element details = Fragments.elements(root, "details").get(0);
        assertEquals("summary", details.getFirstChild().getNodeName());
        assertEquals("A & B <" + SCRIPT, details.getFirstChild().getTextContent());
        assertEquals(List.of(), Fragments.elements(root, "caption"));
    }

    @Test
    void tablesStackInOneElement() {
        Element root = Fragments.parse(HtmlTable.stacked(List.of(table(), table())));
        assertEquals(2, Fragments.elements(root, "table").size());
    }

    @Test
    void aRowHasACellForEachColumn() {
        HtmlTable table = HtmlTable.of("").words("a", "b");
        assertEquals(
                "1 cells for 2 columns",
                assertThrows(IllegalArgumentException.class, () -> table.row("x"))
                        .getMessage());
    }

    @Test
    void numbersAreTidy() {
        assertEquals("0.9902", Html.fixed(0.99018, 4));
        assertEquals("−1,234.50", Html.fixed(-1234.5, 2));
        assertEquals("–", Html.fixed(Double.NaN, 2));
    }
}
