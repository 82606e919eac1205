package dev.assay.intervene.attribute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.HtmlSection;
import dev.assay.view.Shading;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What the features of dictionaries, and what these leave over, contribute to a metric of a text.
 *
 * @param metric the metric's name
 * @param method how effects were estimated
 * @param patch what the effects are against
 * @param ids the tokens of the text
 * @param tokens their texts
 * @param clean the metric of the text
 * @param sites one a dictionary, in the order given
 */
public record AttributionReport(
        String metric,
        String method,
        String patch,
        List<Integer> ids,
        List<String> tokens,
        double clean,
        List<SiteAttribution> sites)
        implements Displayable {
    private static final int SHOWN = 20;

    /** Keeps its own copies. */
    public AttributionReport {
        ids = List.copyOf(ids);
        tokens = List.copyOf(tokens);
        sites = List.copyOf(sites);
    }

    /**
     * Returns the latents at positions with the largest effects.
     *
     * @param count how many at most
     * @return the largest in size first
     */
    public List<NodeEffect> topNodes(int count) {
        return sites.stream()
                .flatMap(site -> site.nodes().stream())
                .sorted(Comparator.comparingDouble((NodeEffect node) -> -Math.abs(node.effect())))
                .limit(count)
                .toList();
    }

    /**
     * Returns the latents with the largest effects, summed over the positions.
     *
     * @param count how many at most
     * @return the largest in size first
     */
    public List<FeatureEffect> topFeatures(int count) {
        return sites.stream()
                .flatMap(site -> site.features().stream())
                .sorted(Comparator.comparingDouble((FeatureEffect feature) -> -Math.abs(feature.effect())))
                .limit(count)
                .toList();
    }

    /**
     * Returns the report with its largest features for a terminal.
     *
     * @return lines, the last one ended
     */
    @Override
    public String toText() {
        return toText(SHOWN);
    }

    /**
     * Returns the report for a terminal.
     *
     * @param count how many features to list
     * @return lines, the last one ended
     */
    public String toText(int count) {
        return summary() + "\n\n" + siteTable().toText() + "\n"
                + featureTable(count).toText() + "\n" + nodeTable(count).toText();
    }

    @Override
    public String toHtml() {
        HtmlSection section = HtmlSection.titled("Attribution").paragraph(summary());
        sites.forEach(site -> section.tokens(shadedPrompt(site)));
        return section.table(siteTable())
                .sideBySide(featureTable(SHOWN), nodeTable(SHOWN))
                .toHtml();
    }

    private String summary() {
        return String.format(Locale.ROOT, "%s = %.4f   %s against %s", metric, clean, method, patch);
    }

    private Table siteTable() {
        Table table = Table.of("").words("site").numbers("features", "error", "sum", "site replaced");
        for (SiteAttribution site : sites) {
            table.row(
                    Cell.text(site.point().name()),
                    Cell.number(site.featureSum()),
                    Cell.number(site.errorSum()),
                    Cell.number(site.sum()),
                    Cell.number(site.total()));
        }
        return table;
    }

    private Table featureTable(int count) {
        List<FeatureEffect> top = topFeatures(count);
        double largest = top.isEmpty() ? 0 : Math.abs(top.get(0).effect());
        Table table = Table.of("").numbers("feature").words("site").numbers("effect, all positions");
        top.forEach(feature -> table.row(
                Cell.integer(feature.latent()),
                Cell.text(feature.point().name()),
                Cell.number(feature.effect()).tinted(feature.effect(), largest)));
        return table;
    }

    private Table nodeTable(int count) {
        List<NodeEffect> top = topNodes(count);
        double largest = top.isEmpty() ? 0 : Math.abs(top.get(0).effect());
        Table table = Table.of("")
                .numbers("feature")
                .words("site")
                .numbers("position")
                .words("token")
                .numbers("activation", "patch", "effect");
        top.forEach(node -> table.row(
                Cell.integer(node.latent()),
                Cell.text(node.point().name()),
                Cell.integer(node.position()),
                Cell.token(tokens.get(node.position())),
                Cell.number(node.clean()),
                Cell.number(node.patch()),
                Cell.number(node.effect()).tinted(node.effect(), largest)));
        return table;
    }

    /** The prompt, each token shaded by the effects at its position. */
    private String shadedPrompt(SiteAttribution site) {
        double[] effects = effectsByPosition(site);
        double largest = Arrays.stream(effects).map(Math::abs).max().orElse(0);
        StringBuilder html = new StringBuilder();
        for (int i = 0; i < effects.length; i++) {
            String title = site.point().name() + String.format(Locale.ROOT, ": %+.4f", effects[i]);
            html.append(Shading.signed(tokens.get(i), largest == 0 ? 0 : effects[i] / largest, title));
        }
        return html.append(" <small class=\"quiet\">")
                .append(Html.escape(site.point().name()))
                .append("</small>")
                .toString();
    }

    private double[] effectsByPosition(SiteAttribution site) {
        double[] effects = new double[tokens.size()];
        for (int i = 0; i < effects.length; i++) {
            effects[i] = site.errors().get(i);
        }
        site.nodes().forEach(node -> effects[node.position()] += node.effect());
        return effects;
    }

    /**
     * Returns everything as JSON.
     *
     * @return an object
     */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("metric", metric).put("method", method).put("patch", patch).put("clean", clean);
        json.set("ids", Json.mapper().valueToTree(ids));
        json.set("tokens", Json.mapper().valueToTree(tokens));
        for (SiteAttribution site : sites) {
            ObjectNode object = json.withArray("sites").addObject();
            object.put("site", site.point().name());
            object.put("feature_sum", site.featureSum())
                    .put("error_sum", site.errorSum())
                    .put("site_replaced", site.total());
            object.set("errors", Json.mapper().valueToTree(site.errors()));
            for (NodeEffect node : site.nodes()) {
                object.withArray("nodes")
                        .addObject()
                        .put("position", node.position())
                        .put("latent", node.latent())
                        .put("clean", node.clean())
                        .put("patch", node.patch())
                        .put("effect", node.effect());
            }
        }
        return json;
    }
}
