package dev.assay.audit.trace;

import dev.assay.InvalidInputException;
import dev.assay.view.Displayable;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.List;

/**
 * The rankings of training documents for one query.
 *
 * @param prompts the number of prompts
 * @param reference the number of reference prompts
 * @param rankings one per ranker
 * @param trails the features of the first feature ranker, strongest first; empty without one
 */
public record TraceReport(int prompts, int reference, List<DocumentRanking> rankings, List<FeatureTrail> trails)
        implements Displayable {
    private static final int SHOWN = 5;

    /** Copies the lists. */
    public TraceReport {
        rankings = List.copyOf(rankings);
        trails = List.copyOf(trails);
    }

    /**
     * Returns the ranking of a ranker.
     *
     * @param ranker its name
     * @return the ranking
     * @throws InvalidInputException if there is none
     */
    public DocumentRanking ranking(String ranker) {
        return rankings.stream()
                .filter(ranking -> ranking.ranker().equals(ranker))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("there is no ranking \"" + ranker + "\", expected one of "
                        + String.join(
                                ", ",
                                rankings.stream().map(DocumentRanking::ranker).toList())));
    }

    /** Returns the first documents of each ranking as a table for a terminal. */
    @Override
    public String toString() {
        return description() + "\n\n" + table().toText();
    }

    @Override
    public String toHtml() {
        return HtmlSection.titled("Training documents of prompts")
                .paragraph(description())
                .table(table())
                .toHtml();
    }

    private String description() {
        return prompts + " prompts relative to " + reference + " reference prompts, ranks among "
                + rankings.get(0).ids().size() + " training documents";
    }

    private Table table() {
        Table table = Table.of("").words("ranker", "first documents");
        for (DocumentRanking ranking : rankings) {
            table.row(List.of(
                    Cell.text(ranking.ranker()),
                    Cell.text(String.join(
                            ", ",
                            ranking.top(SHOWN).stream()
                                    .map(DocumentRanking.Hit::id)
                                    .toList()))));
        }
        return table;
    }
}
