package dev.assay.toy;

import dev.assay.view.Html;
import dev.assay.view.HtmlTable;
import java.util.ArrayList;
import java.util.List;

/** A {@link ToyReport} as tables of a notebook: the maps, then the architectures. */
final class ToyTables {
    private final ToyReport report;

    ToyTables(ToyReport report) {
        this.report = report;
    }

    String html() {
        List<HtmlTable> tables = new ArrayList<>();
        if (!report.grid().isEmpty()) {
            tables.add(map("True directions found: mean largest cosine with a latent", ToyFigure.TRUTH_TO_DICTIONARY));
            tables.add(map(
                            "Latents that are features: mean largest cosine with a true direction",
                            ToyFigure.DICTIONARY_TO_TRUTH)
                    .folded());
            tables.add(map("Share of features found", ToyFigure.FOUND).folded());
            tables.add(map("Share of dead latents", ToyFigure.DEAD).folded());
            tables.add(map("L0: active latents a row", ToyFigure.L0).folded());
            tables.add(map("Explained variance", ToyFigure.EXPLAINED_VARIANCE).folded());
        }
        if (!report.architectures().isEmpty()) {
            tables.add(architectures());
        }
        return HtmlTable.stacked(tables);
    }

    /** Sizes down, coefficients across. */
    private HtmlTable map(String caption, ToyFigure figure) {
        double[] across = report.coefficients();
        HtmlTable table = HtmlTable.of(caption).numbers("latents");
        for (double lambda : across) {
            table.numbers("λ " + ToyReport.plain(lambda));
        }
        for (int row = 0; row < report.grid().size(); row += across.length) {
            List<ToyResult> cells = report.grid().subList(row, row + across.length);
            List<String> texts =
                    new ArrayList<>(List.of(Html.count(cells.get(0).member().dSae())));
            cells.forEach(cell -> texts.add(text(cell, figure)));
            table.row(texts.toArray(String[]::new));
        }
        return table.note(about());
    }

    private HtmlTable architectures() {
        HtmlTable table = HtmlTable.of("Architectures")
                .words("")
                .numbers("k or λ", "latents", "truth → dictionary", "random", "dictionary → truth", "random")
                .numbers("found", "dead", "L0", "explained variance");
        report.architectures()
                .forEach(result -> table.row(
                        result.member().name(),
                        ToyReport.plain(result.member().sparsity()),
                        Html.count(result.member().dSae()),
                        text(result, ToyFigure.TRUTH_TO_DICTIONARY),
                        Html.fixed(result.mean(ToyFigure.TRUTH_TO_RANDOM), 3),
                        text(result, ToyFigure.DICTIONARY_TO_TRUTH),
                        Html.fixed(result.mean(ToyFigure.DICTIONARY_TO_RANDOM), 3),
                        text(result, ToyFigure.FOUND),
                        text(result, ToyFigure.DEAD),
                        text(result, ToyFigure.L0),
                        text(result, ToyFigure.EXPLAINED_VARIANCE)));
        return table.note(about());
    }

    private String about() {
        return report.model() + "; " + Html.count(report.tokens()) + " rows in batches of " + Html.count(report.batch())
                + (report.seeds() == 1
                        ? "; one seed."
                        : "; mean ± standard deviation over " + report.seeds() + " seeds.");
    }

    private static String text(ToyResult result, ToyFigure figure) {
        return Html.fixed(result.mean(figure), 3) + " ± " + Html.fixed(result.spread(figure), 3);
    }
}
