package dev.assay.toy;

import dev.assay.view.Html;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A {@link ToyReport} as tables: one grid per figure, then the architectures. */
final class ToyTables {
    private final ToyReport report;

    ToyTables(ToyReport report) {
        this.report = report;
    }

    String text() {
        ToyResult best = report.best();
        return String.format(
                        Locale.ROOT,
                        "%s; %,d rows in batches of %,d; %s%n%n",
                        report.model(),
                        report.tokens(),
                        report.batch(),
                        report.seeds() == 1
                                ? "one seed"
                                : "mean ± standard deviation over " + report.seeds() + " seeds")
                + textMap(ToyFigure.TRUTH_TO_DICTIONARY, ToyFigure.TRUTH_TO_RANDOM)
                + textMap(ToyFigure.DICTIONARY_TO_TRUTH, ToyFigure.DICTIONARY_TO_RANDOM)
                + textMap(ToyFigure.FOUND, ToyFigure.FOUND_IN_RANDOM)
                + textMap(ToyFigure.PRECISION)
                + (hasNextLarger() ? textMap(ToyFigure.NEXT_LARGER, ToyFigure.NEXT_LARGER_RANDOM) : "")
                + textMap(ToyFigure.DEAD)
                + textMap(ToyFigure.L0)
                + textMap(ToyFigure.EXPLAINED_VARIANCE)
                + String.format(
                        Locale.ROOT,
                        "best cell: λ %s with %,d latents, MMCS %s, of a random dictionary %.3f%n%n",
                        ToyReport.plain(best.member().sparsity()),
                        best.member().dSae(),
                        cell(best, ToyFigure.TRUTH_TO_DICTIONARY).text(),
                        best.mean(ToyFigure.TRUTH_TO_RANDOM))
                + architectures()
                        .textLayout(0, 1, 16, 6, 6, 16, 7, 16, 7, 15, 15, 13, 16)
                        .toText(
                                "",
                                "k or λ",
                                "d_sae",
                                "truth → dict.",
                                "random",
                                "dict. → truth",
                                "random",
                                "found",
                                "dead",
                                "L0",
                                "expl. variance");
    }

    String html() {
        List<Table> tables = new ArrayList<>();
        if (!report.grid().isEmpty()) {
            tables.add(map("True directions found: mean largest cosine with a latent", ToyFigure.TRUTH_TO_DICTIONARY));
            tables.add(map(
                            "Latents that are features: mean largest cosine with a true direction",
                            ToyFigure.DICTIONARY_TO_TRUTH)
                    .folded());
            tables.add(map("Share of features found", ToyFigure.FOUND).folded());
            tables.add(map("Share of latents that match a feature", ToyFigure.PRECISION)
                    .folded());
            if (hasNextLarger()) {
                tables.add(map("MMCS with the next larger dictionary of the same coefficient", ToyFigure.NEXT_LARGER)
                        .folded());
            }
            tables.add(map("Share of dead latents", ToyFigure.DEAD).folded());
            tables.add(map("L0: active latents per row", ToyFigure.L0).folded());
            tables.add(map("Explained variance", ToyFigure.EXPLAINED_VARIANCE).folded());
        }
        if (!report.architectures().isEmpty()) {
            tables.add(architectures().note(about()));
        }
        return HtmlSection.of(tables.toArray(Table[]::new)).toHtml();
    }

    private boolean hasNextLarger() {
        return !Double.isNaN(report.grid().get(0).mean(ToyFigure.NEXT_LARGER));
    }

    /** A grid with the figure of a random dictionary of each size in its last column. */
    private String textMap(ToyFigure figure, ToyFigure random) {
        Table table = coefficients(Table.of("").words(figure.key())).numbers("random");
        for (List<ToyResult> sizes : rows()) {
            List<Cell> cells = textRow(sizes, figure);
            cells.add(Cell.number("%.3f", sizes.get(0).mean(random)));
            table.row(cells);
        }
        return textMap(table);
    }

    private String textMap(ToyFigure figure) {
        Table table = coefficients(Table.of("").words(figure.key()));
        rows().forEach(sizes -> table.row(textRow(sizes, figure)));
        return textMap(table);
    }

    private String textMap(Table table) {
        int[] widths = new int[report.coefficients().length + 2];
        Arrays.fill(widths, 16);
        widths[0] = 26;
        return table.textLayout(0, 0, widths).toText() + '\n';
    }

    private static List<Cell> textRow(List<ToyResult> sizes, ToyFigure figure) {
        List<Cell> cells = new ArrayList<>();
        cells.add(Cell.text(String.format("%18d latents", sizes.get(0).member().dSae())));
        sizes.forEach(result -> cells.add(cell(result, figure)));
        return cells;
    }

    /** Sizes down, coefficients across. */
    private Table map(String caption, ToyFigure figure) {
        Table table = coefficients(Table.of(caption).numbers("latents"));
        for (List<ToyResult> sizes : rows()) {
            List<Cell> cells = new ArrayList<>();
            cells.add(Cell.count(sizes.get(0).member().dSae()));
            sizes.forEach(result -> cells.add(cell(result, figure)));
            table.row(cells);
        }
        return table.note(about());
    }

    private Table coefficients(Table table) {
        for (double lambda : report.coefficients()) {
            table.numbers("λ " + ToyReport.plain(lambda));
        }
        return table;
    }

    /** The results of each size, by coefficient. */
    private List<List<ToyResult>> rows() {
        int across = report.coefficients().length;
        List<List<ToyResult>> rows = new ArrayList<>();
        for (int first = 0; first < report.grid().size(); first += across) {
            rows.add(report.grid().subList(first, first + across));
        }
        return rows;
    }

    private Table architectures() {
        Table table = Table.of("Architectures")
                .words("")
                .numbers("k or λ", "latents", "truth → dictionary", "random", "dictionary → truth", "random")
                .numbers("found", "dead", "L0", "explained variance");
        report.architectures()
                .forEach(result -> table.row(
                        Cell.text(result.member().name()),
                        Cell.text(ToyReport.plain(result.member().sparsity())),
                        Cell.html(
                                "" + result.member().dSae(),
                                Html.count(result.member().dSae())),
                        cell(result, ToyFigure.TRUTH_TO_DICTIONARY),
                        Cell.number("%.3f", result.mean(ToyFigure.TRUTH_TO_RANDOM)),
                        cell(result, ToyFigure.DICTIONARY_TO_TRUTH),
                        Cell.number("%.3f", result.mean(ToyFigure.DICTIONARY_TO_RANDOM)),
                        cell(result, ToyFigure.FOUND),
                        cell(result, ToyFigure.DEAD),
                        cell(result, ToyFigure.L0),
                        cell(result, ToyFigure.EXPLAINED_VARIANCE)));
        return table;
    }

    private String about() {
        return report.model() + "; " + Html.count(report.tokens()) + " rows in batches of " + Html.count(report.batch())
                + (report.seeds() == 1
                        ? "; one seed."
                        : "; mean ± standard deviation over " + report.seeds() + " seeds.");
    }

    /** Mean and standard deviation over seeds; one seed has no deviation. */
    private static Cell cell(ToyResult result, ToyFigure figure) {
        Cell mean = Cell.number("%.3f", result.mean(figure));
        return result.seeds().size() < 2
                ? mean
                : Cell.html(
                        mean.text() + " ± "
                                + Cell.number("%.3f", result.spread(figure)).text(),
                        Html.fixed(result.mean(figure), 3) + " ± " + Html.fixed(result.spread(figure), 3));
    }
}
