package dev.assay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.view.Displayable;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Requirements on every HTML fragment for a notebook. */
public final class Fragments {
    private static final Pattern RULE = Pattern.compile("([^{}]+)\\{[^{}]*}");

    private Fragments() {}

    /** Parses the HTML of a notebook output and checks that its styles apply only to itself and that it needs no network. */
    public static Element check(Displayable shown) {
        return check(shown.toHtml());
    }

    /** Parses a fragment for a notebook and checks that its styles apply only to itself and that it needs no network. */
    public static Element check(String html) {
        Element root = parse(html);
        List<Element> styles = elements(root, "style");
        assertFalse(styles.isEmpty());
        for (Element style : styles) {
            Matcher rule = RULE.matcher(style.getTextContent());
            while (rule.find()) {
                assertTrue(rule.group(1).strip().startsWith(".assay-output.assay-output"), rule.group(1));
            }
        }
        assertEquals(List.of(), elements(root, "script"));
        assertFalse(html.matches("(?s).*(\\bid=|https?:|url\\(|@import).*"));
        return root;
    }

    /** Parses one element. */
    public static Element parse(String html) {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(html)))
                    .getDocumentElement();
        } catch (Exception e) {
            throw new AssertionError(e.getMessage() + " in\n" + html, e);
        }
    }

    /** The elements of a name below another, in the order of the document. */
    public static List<Element> elements(Element root, String name) {
        NodeList found = root.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            elements.add((Element) found.item(i));
        }
        return elements;
    }

    /** The texts of the cells of all rows, the row of the titles first. */
    public static List<List<String>> cells(Element root) {
        List<List<String>> rows = new ArrayList<>();
        for (Element row : elements(root, "tr")) {
            List<String> cells = new ArrayList<>();
            for (var cell = row.getFirstChild(); cell != null; cell = cell.getNextSibling()) {
                cells.add(cell.getTextContent());
            }
            rows.add(cells);
        }
        return rows;
    }
}
