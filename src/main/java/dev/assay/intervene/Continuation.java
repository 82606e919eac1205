package dev.assay.intervene;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.view.Displayable;
import dev.assay.view.HtmlSection;
import dev.assay.view.PlainText;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;

/**
 * Two continuations of a prompt, without and with edits, sampled with the same random numbers.
 *
 * @param prompt the prompt
 * @param baseline the continuation by the unedited model
 * @param edited the continuation with the edits
 * @param edits a description of the edits
 */
public record Continuation(String prompt, String baseline, String edited, String edits) implements Displayable {
    /**
     * Returns both texts for a terminal.
     *
     * @return lines, each terminated by a newline
     */
    @Override
    public String toString() {
        return "prompt    " + prompt + "\nbaseline  " + baseline + "\nedited    " + edited + "\n";
    }

    @Override
    public String toHtml() {
        Table table = Table.of("")
                .words("", "continuation of “" + PlainText.visible(prompt) + "”")
                .row(Cell.text("baseline"), Cell.running(baseline))
                .row(Cell.text("edited"), Cell.running(edited));
        return HtmlSection.titled("Continuation").paragraph(edits).table(table).toHtml();
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
