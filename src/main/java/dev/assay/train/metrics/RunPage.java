package dev.assay.train.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.view.Curve;
import dev.assay.view.CurveChart;
import dev.assay.view.Html;
import dev.assay.view.PageStyle;
import dev.assay.view.Svg;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Renders the report of a run as one self-contained HTML file: progress, curves and options. Scripts are needed only to show single
 * values.
 */
final class RunPage {
    private static final int REFRESH_SECONDS = 5;
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private final RunInfo facts;
    private final Map<String, Curve> curves;
    private final long lastStep;
    private final ZonedDateTime now;

    /**
     * Creates a page.
     *
     * @param facts describes the run
     * @param curves by the names of the metrics
     * @param lastStep the number of steps taken
     * @param now the time shown on the page
     */
    RunPage(RunInfo facts, Map<String, Curve> curves, long lastStep, ZonedDateTime now) {
        this.facts = facts;
        this.curves = curves;
        this.lastStep = lastStep;
        this.now = now;
    }

    /** Returns the page of a run in progress, which refreshes itself. */
    String running(double secondsLeft) throws IOException {
        return page("running", "running, " + duration(secondsLeft) + " left");
    }

    /** Returns the page of a run that has ended, complete or not. */
    String ended() throws IOException {
        return lastStep >= facts.steps()
                ? page("done", "done")
                : page("stopped", "stopped before its end; rerun the same command to resume from the last checkpoint");
    }

    private String page(String state, String status) throws IOException {
        boolean running = state.equals("running");
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("style", ":root {\n" + PageStyle.theme() + "}\n" + PageStyle.charts() + resource("report.css"));
        parts.put("script", resource("report.js"));
        parts.put(
                "refresh",
                running
                        ? "<noscript><meta http-equiv=\"refresh\" content=\"" + REFRESH_SECONDS + "\"></noscript>"
                        : "");
        parts.put("seconds", running ? "" + REFRESH_SECONDS : "0");
        parts.put("title", Html.escape(facts.title()));
        parts.put("subtitle", Html.escape(facts.subtitle()));
        parts.put("state", state);
        parts.put("status", status);
        parts.put("step", Html.count(lastStep));
        parts.put("steps", Html.count(facts.steps()));
        parts.put("tokens", Html.count(lastStep * facts.batch()));
        parts.put("share", Svg.format("%.1f", 100.0 * lastStep / facts.steps()));
        parts.put("instant", now.truncatedTo(ChronoUnit.SECONDS).toInstant().toString());
        parts.put("moment", MOMENT.format(now));
        parts.put("charts", charts());
        parts.put("options", options("", facts.options()));
        return filled(resource("report.html"), parts);
    }

    /** Fills a template in one pass, so that inserted text is never parsed as a template. */
    private static String filled(String template, Map<String, String> parts) {
        StringBuilder page = new StringBuilder();
        int end = 0;
        for (int start = template.indexOf("{{"); start >= 0; start = template.indexOf("{{", end)) {
            page.append(template, end, start);
            end = template.indexOf("}}", start) + 2;
            page.append(parts.get(template.substring(start + 2, end - 2)));
        }
        return page.append(template.substring(end)).toString();
    }

    private String charts() {
        Map<ChartGroup, Map<String, Curve>> groups =
                new TreeMap<>(Comparator.comparingInt(ChartGroup::order).thenComparing(ChartGroup::names));
        curves.forEach((name, curve) -> ChartGroup.of(name)
                .ifPresent(group -> groups.computeIfAbsent(group, unknown -> new LinkedHashMap<>())
                        .put(ChartGroup.label(name), curve)));
        StringBuilder html = new StringBuilder();
        groups.forEach((group, members) -> html.append(chart(group, members)));
        return html.toString();
    }

    private String chart(ChartGroup group, Map<String, Curve> members) {
        StringBuilder html = new StringBuilder("<figure class=\"panel\"><figcaption><h2>")
                .append(Html.escape(group.title()))
                .append("</h2><dl>");
        int number = 0;
        for (Map.Entry<String, Curve> member : members.entrySet()) {
            html.append("<div class=\"")
                    .append(CurveChart.seriesClass(number++))
                    .append("\"><dt")
                    .append(members.size() == 1 ? " hidden" : "")
                    .append('>')
                    .append(Html.escape(member.getKey()))
                    .append("</dt><dd>")
                    .append(number(member.getValue().last()))
                    .append("</dd></div>");
        }
        html.append("</dl></figcaption>");
        return html.append(new CurveChart(members, group.range(), lastStep).svg(group.title()))
                .append("</figure>")
                .toString();
    }

    /** Rows of a table, the fields of inner objects under names with dots. */
    private static String options(String prefix, JsonNode node) {
        StringBuilder rows = new StringBuilder();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String name = prefix + field.getKey();
            rows.append(
                    field.getValue().isObject()
                            ? options(name + ".", field.getValue())
                            : "<div><dt>" + Html.escape(name) + "</dt><dd>" + value(field.getValue()) + "</dd></div>");
        }
        return rows.toString();
    }

    private static String value(JsonNode node) {
        return node.isIntegralNumber() ? Html.count(node.asLong()) : Html.escape(node.asText());
    }

    /** Formats a number; counts and large numbers have no decimals. */
    private static String number(double value) {
        return Double.isFinite(value) && (value == Math.rint(value) || Math.abs(value) >= 1000)
                ? Html.count(Math.round(value))
                : Html.number(value);
    }

    private static String duration(double seconds) {
        long s = Math.round(seconds);
        return s >= 3600
                ? s / 3600 + " h " + s / 60 % 60 + " min"
                : s >= 60 ? s / 60 + " min " + s % 60 + " s" : s + " s";
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = RunPage.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
