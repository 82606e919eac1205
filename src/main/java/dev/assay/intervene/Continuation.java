package dev.assay.intervene;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.view.Displayable;
import dev.assay.view.PlainText;

/**
 * How a text goes on without and with edits, from the same draws.
 *
 * @param prompt the text
 * @param baseline what the model adds as it is
 * @param edited what it adds under the edits
 * @param edits the edits in words
 */
public record Continuation(String prompt, String baseline, String edited, String edits) implements Displayable {
    /**
     * Returns both texts for a terminal.
     *
     * @return lines, the last one ended
     */
    @Override
    public String toText() {
        return "prompt    " + prompt + "\nbaseline  " + baseline + "\nedited    " + edited + "\n";
    }

    @Override
    public String toHtml() {
        Table table = new Table("", "continuation of “" + PlainText.visible(prompt) + "”")
                .row(Table.Cell.text("baseline"), Table.Cell.text(baseline))
                .row(Table.Cell.text("edited"), Table.Cell.text(edited));
        return Table.section("Continuation", Table.paragraph(edits), table.toHtml());
    }

    /**
     * Returns the fields as JSON.
     *
     * @return an object
     */
    public ObjectNode toJson() {
        return Json.mapper().valueToTree(this);
    }
}
