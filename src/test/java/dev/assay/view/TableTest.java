package dev.assay.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.Fragments;
import dev.assay.view.Table.Cell;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class TableTest {
    private static final String SCRIPT = "</script><img onerror=\"alert(1)\" src=x>";

    private static Table table() {
        return Table.of("A & B <" + SCRIPT)
                .words("token", "word")
                .numbers("number")
                .row(Cell.token(" a\n"), Cell.text(SCRIPT), Cell.count(1234))
                .row(Cell.token(""), Cell.EMPTY, Cell.number("%.1f", 0.5))
                .note("1 < 2");
    }

    @Test
    void escapesCaptionHeadingsCellsAndNotes() {
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
    void alignsNumbersToTheRightInHtml() {
        Element root = Fragments.check(table());
        for (Element row : Fragments.elements(root, "tr")) {
            assertEquals("n", ((Element) row.getLastChild()).getAttribute("class"));
            assertEquals("", ((Element) row.getChildNodes().item(1)).getAttribute("class"));
        }
    }

    @Test
    void showsOnlyTheCaptionOfAFoldedTable() {
        Element root = Fragments.check(table().folded());
        Element details = Fragments.elements(root, "details").get(0);
        assertEquals("summary", details.getFirstChild().getNodeName());
        assertEquals("A & B <" + SCRIPT, details.getFirstChild().getTextContent());
        assertEquals(List.of(), Fragments.elements(root, "caption"));
    }

    @Test
    void stacksTablesInOneElementWithOneStyle() {
        Element root = Fragments.check(HtmlSection.of(table(), table()));
        assertEquals(2, Fragments.elements(root, "table").size());
        assertEquals(1, Fragments.elements(root, "style").size());
    }

    @Test
    void escapesHeadingsAndParagraphsOfASection() {
        Element root =
                Fragments.check(HtmlSection.titled(SCRIPT).paragraph(SCRIPT).sideBySide(table(), table()));
        assertEquals(SCRIPT, Fragments.elements(root, "h4").get(0).getTextContent());
        assertEquals(SCRIPT, Fragments.elements(root, "p").get(0).getTextContent());
        assertEquals(2, Fragments.elements(root, "table").size());
        assertEquals(List.of(), Fragments.elements(root, "img"));
    }

    @Test
    void refusesARowWithTooFewCells() {
        Table table = Table.of("").words("a", "b");
        assertEquals(
                "1 cells for 2 columns",
                assertThrows(IllegalArgumentException.class, () -> table.row(Cell.text("x")))
                        .getMessage());
    }

    @Test
    void alignsColumnsInPlainText() {
        assertEquals("""
                token  word%37snumber
                 a↵    %s   1,234
                ∅%50s0.5
                """.formatted("", SCRIPT, ""), table().toText());
    }

    @Test
    void keepsToTheTextLayout() {
        Table table = Table.of("caption")
                .words("name")
                .numbers("value")
                .row(Cell.text("a"), Cell.number(-0.00001))
                .row(Cell.text("long name"), Cell.number(-12.5))
                .note("a note")
                .textLayout(2, 1, 0, 9);
        assertEquals("  name          value\n  a            0.0000\n  long name  -12.5000\n", table.toText());
        assertEquals("  a            0.0000\n  long name  -12.5000\n", table.toText("", ""));
        assertEquals("−12.5000", Fragments.cells(Fragments.check(table)).get(2).get(1));
    }

    @Test
    void countsACodePointAsOneColumn() {
        Table table =
                Table.of("").words("", "").row(Cell.text("𝔸"), Cell.text("x")).row(Cell.text("ab"), Cell.text("y"));
        assertEquals("𝔸   x\nab  y\n", table.toText());
    }

    @Test
    void tintsCellsBySignAndSize() {
        Element root = Fragments.check(Table.of("")
                .numbers("a", "b", "c")
                .row(
                        Cell.number(1).tinted(1, 2),
                        Cell.number(-2).tinted(-2, 2),
                        Cell.number(0).tinted(0, 0)));
        List<Element> cells = Fragments.elements(root, "td");
        assertEquals(
                "background:rgba(214,69,65,0.28)",
                Fragments.elements(root, "th").get(3).getAttribute("style"));
        assertEquals("background:rgba(52,120,200,0.55)", cells.get(0).getAttribute("style"));
        assertEquals("", cells.get(1).getAttribute("style"));
    }

    @Test
    void formatsNumbersWithAFixedNumberOfDecimals() {
        assertEquals("0.9902", Html.fixed(0.99018, 4));
        assertEquals("−1,234.50", Html.fixed(-1234.5, 2));
        assertEquals("–", Html.fixed(Double.NaN, 2));
        assertEquals("–", Cell.number(Double.NaN).text());
        assertEquals("0.380 %", Cell.percent(0.0038, 1).html());
        assertEquals("0.4%", Cell.percent(0.0038, 1).text());
    }

    @Test
    void sectionPrintsItsPartsWithoutMarkup() {
        Table small = Table.of("caption").words("word").row(Cell.text("a & b")).note("a note");
        HtmlSection section = HtmlSection.titled("<title>")
                .paragraph("1 < 2")
                .tokens("<b title=\"KL &gt; 1\">" + Html.escape("<b>\"&amp;'") + "</b>")
                .sideBySide(small, small);
        String table = "caption\nword\na & b\na note\n";
        assertEquals("<title>\n\n1 < 2\n\n<b>\"&amp;'\n\n" + table + "\n" + table, section.toString());
        assertEquals(section.toString(), section.toText());
    }
}
