package dev.assay.audit.run;

import dev.assay.audit.diff.DictionaryDiff;
import dev.assay.audit.diff.FeatureChange;
import dev.assay.audit.sample.Pooling;
import dev.assay.feature.report.FeatureExplanation;
import dev.assay.view.Axis;
import dev.assay.view.Html;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;

/** The comparison of a base and a tuned model in a report. */
final class DiffSection {
    private static final int RANKS = 20;

    private final AuditSubject subject;
    private final DiffResults results;
    private final int most;

    DiffSection(AuditSubject subject, DiffResults results, int most) {
        this.subject = subject;
        this.results = results;
        this.most = most;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (Pooling pooling : poolings()) {
            text.append(title(pooling)).append("\n\n").append(sources(pooling).toText());
            text.append('\n')
                    .append(features(of(pooling).get(0), Cell::integer).toText())
                    .append('\n');
        }
        return results.crosscoder().isEmpty()
                ? text.toString()
                : text.append(crosscoder().toText()).append('\n').toString();
    }

    String html(Path folder) {
        StringBuilder html = new StringBuilder();
        for (Pooling pooling : poolings()) {
            LineChart chart = ranks(pooling);
            html.append("<h2>" + Html.escape(title(pooling)) + "</h2>")
                    .append(HtmlSection.of(sources(pooling)).toHtml())
                    .append("<div class=\"charts\">" + chart.html() + chart.legend() + "</div>")
                    .append(HtmlSection.of(features(of(pooling).get(0), feature -> linked(feature, folder)))
                            .toHtml());
        }
        if (!results.crosscoder().isEmpty()) {
            html.append("<h2>Crosscoder</h2>")
                    .append(HtmlSection.of(crosscoder()).toHtml());
        }
        return html.toString();
    }

    private Cell linked(int feature, Path folder) {
        String address = subject.address(feature, folder);
        String name = Integer.toString(feature);
        return address.isEmpty()
                ? Cell.text(name)
                : Cell.html(name, "<a href=\"" + Html.escape(address) + "\">" + name + "</a>");
    }

    private List<Pooling> poolings() {
        return results.diffs().stream()
                .map(DiffResults.SourceDiff::pooling)
                .distinct()
                .toList();
    }

    private List<DiffResults.SourceDiff> of(Pooling pooling) {
        return results.diffs().stream()
                .filter(diff -> diff.pooling().equals(pooling))
                .toList();
    }

    private String title(Pooling pooling) {
        return "Changes from " + subject.model().name() + " to " + results.tuned() + ", pooling " + pooling;
    }

    private Table sources(Pooling pooling) {
        Table table = Table.of("The dictionary and its controls")
                .words("source", "")
                .numbers(
                        "columns",
                        "change",
                        "q ≤ " + Axis.label(results.level()),
                        "base FVU",
                        "tuned FVU",
                        "base L0",
                        "tuned L0")
                .words("strongest column")
                .numbers("effect");
        for (DiffResults.SourceDiff each : of(pooling)) {
            DictionaryDiff diff = each.diff();
            FeatureChange strongest = diff.changes().get(0);
            table.row(
                    Cell.text(each.source().title()),
                    Cell.text(each.source().isControl() ? "control" : ""),
                    Cell.count(diff.changes().size()),
                    Cell.count(diff.tested()),
                    Cell.count(diff.discoveries(results.level()).size()),
                    Cell.number(diff.baseFvu()),
                    Cell.number(diff.tunedFvu()),
                    Cell.number("%.2f", diff.baseL0()),
                    Cell.number("%.2f", diff.tunedL0()),
                    Cell.text(results.column(each.source(), strongest.feature())),
                    Cell.number("%.2f", strongest.effect()));
        }
        return table.note(
                "Terms of the text have no row, since both models read the same documents. Each dimension of the raw"
                        + " activations has two columns, one per sign.");
    }

    private LineChart ranks(Pooling pooling) {
        double largest = 0;
        List<List<Double>> effects = new ArrayList<>();
        for (DiffResults.SourceDiff each : of(pooling)) {
            List<Double> sorted = each.diff().changes().stream()
                    .map(change -> Math.abs(change.effect()))
                    .filter(Double::isFinite)
                    .sorted(Comparator.reverseOrder())
                    .limit(RANKS)
                    .toList();
            effects.add(sorted);
            largest = Math.max(largest, sorted.isEmpty() ? 0 : sorted.get(0));
        }
        LineChart chart = new LineChart(
                        "Columns by the size of their change",
                        "rank of the column",
                        "absolute effect",
                        new Axis(1, RANKS, false),
                        Axis.linear(0, largest, 5))
                .markers();
        for (int i = 0; i < effects.size(); i++) {
            List<LineChart.Point> points = new ArrayList<>();
            for (int rank = 0; rank < effects.get(i).size(); rank++) {
                points.add(new LineChart.Point(rank + 1, effects.get(i).get(rank)));
            }
            AuditSource source = of(pooling).get(i).source();
            chart.line(source.title(), source.isControl(), points);
        }
        return chart;
    }

    private Table features(DiffResults.SourceDiff own, IntFunction<Cell> name) {
        Table table = Table.of("Features with the largest changes")
                .words("feature")
                .numbers(
                        "base mean",
                        "tuned mean",
                        "base frequency",
                        "tuned frequency",
                        "effect",
                        "p",
                        "q",
                        "family-wise p")
                .words("explanation");
        own.diff().changes().stream()
                .filter(change -> change.statistic() != 0)
                .limit(most)
                .forEach(change -> table.row(List.of(
                        name.apply(change.feature()),
                        Cell.significant(change.baseMean()),
                        Cell.significant(change.tunedMean()),
                        Cell.percent(change.baseFrequency(), 2),
                        Cell.percent(change.tunedFrequency(), 2),
                        Cell.number("%.2f", change.effect()),
                        Cell.significant(change.pValue()),
                        Cell.significant(change.qValue()),
                        Cell.significant(change.familyPValue()),
                        Cell.text(explanation(change.feature())))));
        return table.note("Means and frequencies are over tokens. Effect: mean difference of the pooled activation over"
                + " documents in units of its standard deviation; p from sign flips of documents.");
    }

    private String explanation(int feature) {
        List<FeatureExplanation> all = subject.explanations().getOrDefault(feature, List.of());
        return all.isEmpty() ? "" : all.get(0).text();
    }

    private Table crosscoder() {
        Table table = Table.of("Latents of the crosscoder with the largest share of the tuned model")
                .words("latent")
                .numbers("base norm", "tuned norm", "tuned share", "cosine");
        results.crosscoder().stream()
                .limit(most)
                .forEach(latent -> table.row(
                        Cell.integer(latent.latent()),
                        Cell.number(latent.baseNorm()),
                        Cell.number(latent.tunedNorm()),
                        Cell.number(latent.tunedShare()),
                        Cell.number(latent.cosine())));
        return table;
    }
}
