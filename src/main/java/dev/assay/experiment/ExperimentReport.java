package dev.assay.experiment;

import dev.assay.view.Displayable;
import dev.assay.view.HtmlSection;
import java.nio.file.Path;
import java.util.List;

/**
 * The results of an experiment.
 *
 * @param experiment its name
 * @param question its question
 * @param folder the folder of results
 * @param tables the tables, in order
 * @param findings sentences that answer the question
 * @param seconds the time that all cells took when they were computed
 * @param computedCells the number of cells that this run has computed
 * @param foundCells the number of cells that the folder already had
 */
public record ExperimentReport(
        String experiment,
        String question,
        Path folder,
        List<ResultTable> tables,
        List<String> findings,
        double seconds,
        int computedCells,
        int foundCells)
        implements Displayable {
    /** Copies the lists. */
    public ExperimentReport {
        tables = List.copyOf(tables);
        findings = List.copyOf(findings);
    }

    /**
     * Returns a table.
     *
     * @param name of the table
     * @return the table
     * @throws IllegalArgumentException if there is none of this name
     */
    public ResultTable table(String name) {
        return tables.stream()
                .filter(table -> table.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("experiment " + experiment + " has no table " + name));
    }

    @Override
    public String toHtml() {
        HtmlSection section = HtmlSection.titled(experiment).paragraph(question);
        findings.forEach(section::paragraph);
        tables.forEach(table -> section.table(table.view()));
        return section.toHtml();
    }

    /** Returns the question, the tables and the findings in plain text. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(question).append('\n');
        tables.forEach(table -> text.append('\n').append(table));
        if (!findings.isEmpty()) {
            text.append('\n');
        }
        findings.forEach(finding -> text.append(finding).append('\n'));
        return text.toString();
    }
}
