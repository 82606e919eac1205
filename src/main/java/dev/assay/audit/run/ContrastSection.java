package dev.assay.audit.run;

import dev.assay.audit.contrast.ContrastReport;
import dev.assay.audit.contrast.FeatureContrast;
import dev.assay.audit.sample.Pooling;
import dev.assay.feature.report.FeatureExplanation;
import dev.assay.view.Axis;
import dev.assay.view.Html;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** The contrasts of a report. */
final class ContrastSection {
    private static final int RANKS = 20;
    private static final double HALF = 0.5;

    private final AuditSubject subject;
    private final AuditedDocuments documents;
    private final ContrastResults results;

    ContrastSection(AuditSubject subject, AuditedDocuments documents, ContrastResults results) {
        this.subject = subject;
        this.documents = documents;
        this.results = results;
    }

    /** Returns the tables of one pooling after the other for a terminal. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (Pooling pooling : documents.poolings()) {
            SourceContrast own = of(pooling).get(0);
            text.append(title(own)).append('\n').append(description(own)).append('\n');
            own.report()
                    .warnings()
                    .forEach(warning -> text.append("Warning: ").append(warning).append('\n'));
            text.append('\n').append(controls(pooling).toText());
            text.append('\n').append(features(own, Cell::integer).toText()).append('\n');
        }
        return text.toString();
    }

    String html(FeatureCards cards) {
        StringBuilder html = new StringBuilder();
        for (Pooling pooling : documents.poolings()) {
            SourceContrast own = of(pooling).get(0);
            html.append("<h2>" + Html.escape(title(own)) + "</h2>");
            HtmlSection section = HtmlSection.of();
            section.paragraph(description(own));
            own.report().warnings().forEach(warning -> section.paragraph("Warning: " + warning));
            html.append(section.table(controls(pooling)).toHtml());
            LineChart chart = ranks(pooling);
            html.append("<div class=\"charts\">" + chart.html() + chart.legend() + "</div>");
            html.append(HtmlSection.of(features(own, feature -> linked(cards, feature)))
                    .toHtml());
        }
        return html.append("<h2>Features</h2>").append(cards.html()).toString();
    }

    private List<SourceContrast> of(Pooling pooling) {
        return results.contrasts().stream()
                .filter(contrast -> contrast.pooling().equals(pooling))
                .toList();
    }

    private String title(SourceContrast own) {
        return "Contrast of " + results.labels().first() + " and "
                + results.labels().second() + ", pooling " + own.pooling();
    }

    private String description(SourceContrast own) {
        ContrastReport report = own.report();
        return String.format(
                Locale.ROOT,
                "%,d documents of %s and %,d of %s%s, %,d exchangeable units; %,d permutations, %,d where few are larger.",
                report.firstDocuments(),
                report.first(),
                report.secondDocuments(),
                report.second(),
                report.paired() ? " in pairs, whose differences are tested" : "",
                report.units(),
                report.test().permutations(),
                report.test().refined());
    }

    private Table controls(Pooling pooling) {
        double level = results.settings().falseDiscoveryRate();
        String bound = " ≤ " + Axis.label(level);
        Table table = Table.of("The dictionary and its controls")
                .words("source", "")
                .numbers("columns", "vary", "q" + bound, "family-wise p" + bound, "smallest family-wise p")
                .words("strongest column")
                .numbers("effect", "AUROC");
        for (SourceContrast contrast : of(pooling)) {
            FeatureContrast strongest = contrast.strongest();
            table.row(
                    Cell.text(contrast.source().title()),
                    Cell.text(contrast.source().isControl() ? "control" : ""),
                    Cell.count(contrast.report().features().size()),
                    Cell.count(contrast.report().tested()),
                    Cell.count(contrast.report().discoveries(level).size()),
                    Cell.count(contrast.report().familyDiscoveries(level).size()),
                    Cell.significant(contrast.familyPValue()),
                    Cell.text(documents.column(contrast.source(), pooling, strongest.feature())),
                    Cell.number("%.2f", strongest.effect()),
                    Cell.number("%.3f", strongest.auroc()));
        }
        return table.note(of(pooling).stream()
                .map(contrast ->
                        contrast.source().title() + ": " + contrast.source().description())
                .collect(Collectors.joining("; ", "", ".")));
    }

    /** Draws how well the best columns of each source separate the labels, each alone. */
    private LineChart ranks(Pooling pooling) {
        LineChart chart = new LineChart(
                        "Columns by how well each alone separates the labels",
                        "rank of the column",
                        "AUROC in the better direction",
                        new Axis(1, RANKS, false),
                        new Axis(HALF, 1, false))
                .markers();
        for (SourceContrast contrast : of(pooling)) {
            List<Double> areas = contrast.report().features().stream()
                    .map(feature -> HALF + Math.abs(feature.auroc() - HALF))
                    .sorted(Comparator.reverseOrder())
                    .limit(RANKS)
                    .toList();
            List<LineChart.Point> points = new ArrayList<>();
            for (int i = 0; i < areas.size(); i++) {
                points.add(new LineChart.Point(i + 1, areas.get(i)));
            }
            chart.line(contrast.source().title(), contrast.source().isControl(), points);
        }
        return chart;
    }

    private static Cell linked(FeatureCards cards, int feature) {
        return Cell.html(Integer.toString(feature), cards.link(feature, Integer.toString(feature)));
    }

    private Table features(SourceContrast own, IntFunction<Cell> name) {
        Table table = Table.of("Features with the largest differences")
                .words("feature")
                .numbers(
                        "mean " + results.labels().first(),
                        "mean " + results.labels().second(),
                        "active " + results.labels().first(),
                        "active " + results.labels().second(),
                        "effect",
                        "AUROC",
                        "p",
                        "q",
                        "family-wise p");
        boolean explained = !subject.explanations().isEmpty();
        if (explained) {
            table.words("explanation");
        }
        own.report().features().stream()
                .filter(feature -> feature.statistic() != 0)
                .limit(results.settings().features())
                .forEach(feature -> {
                    List<Cell> cells = new ArrayList<>(List.of(
                            name.apply(feature.feature()),
                            Cell.significant(feature.firstMean()),
                            Cell.significant(feature.secondMean()),
                            Cell.count(feature.firstActive()),
                            Cell.count(feature.secondActive()),
                            Cell.number("%.2f", feature.effect()),
                            Cell.number("%.3f", feature.auroc()),
                            Cell.significant(feature.pValue()),
                            Cell.significant(feature.qValue()),
                            Cell.significant(feature.familyPValue())));
                    if (explained) {
                        cells.add(Cell.text(explanation(feature.feature())));
                    }
                    table.row(cells);
                });
        return table.note(
                "Means are over documents of the pooled activation; active counts documents with a value other than 0. Effect:"
                        + (own.report().paired()
                                ? " mean difference of pairs in units of its standard deviation."
                                : " Cohen’s d."));
    }

    private String explanation(int feature) {
        List<FeatureExplanation> all = subject.explanations().getOrDefault(feature, List.of());
        return all.isEmpty() ? "" : all.get(0).text();
    }
}
