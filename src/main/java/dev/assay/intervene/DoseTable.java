package dev.assay.intervene;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.view.Displayable;
import dev.assay.view.HtmlSection;
import dev.assay.view.PlainText;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Metrics of a prompt for each dose of one edit.
 *
 * @param prompt the prompt
 * @param edits a description of the edits; each dose replaces the number of the last one
 * @param baseline the metrics without edits; its dose is NaN
 * @param rows one row per dose
 */
public record DoseTable(String prompt, String edits, Row baseline, List<Row> rows) implements Displayable {
    /** Copies the list. */
    public DoseTable {
        rows = List.copyOf(rows);
    }

    /**
     * The metrics of one dose.
     *
     * @param dose the number of the last edit; NaN without edits
     * @param loss the mean loss of the prompt's tokens, in nats
     * @param divergence the mean KL divergence from the unedited model, in nats
     * @param tokens the watched next tokens after the prompt
     * @param text the continuation of the prompt; empty if not requested
     */
    public record Row(double dose, double loss, double divergence, List<Watched> tokens, String text) {
        /** Copies the list. */
        public Row {
            tokens = List.copyOf(tokens);
        }
    }

    /**
     * The prediction of one watched next token.
     *
     * @param token the token's text
     * @param logit the token's logit
     * @param probability the token's probability
     */
    public record Watched(String token, double logit, double probability) {}

    /**
     * Returns the table for a terminal.
     *
     * @return lines, each terminated by a newline
     */
    @Override
    public String toString() {
        return description() + "\n\n" + table().toText();
    }

    @Override
    public String toHtml() {
        return HtmlSection.titled("Dose and response")
                .paragraph(description())
                .paragraph("Prompt: " + prompt)
                .table(table())
                .toHtml();
    }

    private String description() {
        return edits + " (each dose replaces the number of the last edit)";
    }

    private Table table() {
        Table table = Table.of("").numbers("dose", "loss", "KL");
        for (Watched watched : baseline.tokens()) {
            String token = PlainText.token(watched.token());
            table.numbers("p(" + token + ")", "logit(" + token + ")");
        }
        boolean hasText = !baseline.text().isEmpty()
                || rows.stream().anyMatch(row -> !row.text().isEmpty());
        if (hasText) {
            table.words("continuation");
        }
        double largest = rows.stream().mapToDouble(Row::divergence).max().orElse(0);
        List<Row> all = new ArrayList<>(rows);
        all.add(0, baseline);
        for (Row row : all) {
            List<Cell> cells = new ArrayList<>();
            cells.add(Cell.text(Double.isNaN(row.dose()) ? "none" : formatted(row.dose())));
            cells.add(Cell.number(row.loss()));
            cells.add(Cell.number(row.divergence()).tinted(row.divergence(), largest));
            for (Watched watched : row.tokens()) {
                cells.add(Cell.number(watched.probability()).tinted(watched.probability(), 1));
                cells.add(Cell.number(watched.logit()));
            }
            if (hasText) {
                cells.add(Cell.running(row.text()));
            }
            table.row(cells);
        }
        return table;
    }

    private static String formatted(double dose) {
        return dose == Math.rint(dose) ? String.format(Locale.ROOT, "%.0f", dose) : Double.toString(dose);
    }

    /**
     * Returns the table as JSON.
     *
     * @return an object; the baseline's dose is null
     */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("prompt", prompt).put("edits", edits);
        json.set("baseline", json(baseline));
        rows.forEach(row -> json.withArray("doses").add(json(row)));
        return json;
    }

    private static ObjectNode json(Row row) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("dose", finite(row.dose()));
        json.put("loss", finite(row.loss()));
        json.put("kl_divergence", finite(row.divergence()));
        json.set("tokens", Json.mapper().valueToTree(row.tokens()));
        return json.put("text", row.text());
    }

    private static Double finite(double number) {
        return Double.isFinite(number) ? number : null;
    }
}
