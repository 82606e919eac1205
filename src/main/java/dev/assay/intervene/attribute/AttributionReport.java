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
 * The estimated effects of dictionary features and reconstruction errors on a metric of a text.
 *
 * @param metric the metric's name
 * @param method the estimation method
 * @param patch the patch: {@code zero} or the counterfactual text
 * @param ids the token ids of the text
 * @param tokens the text of each token
 * @param clean the metric of the unpatched text
 * @param sites one entry per dictionary, in the order they were added
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

    /** Copies the lists. */
    public AttributionReport {
        ids = List.copyOf(ids);
        tokens = List.copyOf(tokens);
        sites = List.copyOf(sites);
    }

    /**
     * Returns the nodes with the largest effects.
     *
     * @param count the maximum number of entries
     * @return in descending order of magnitude
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
     * @param count the maximum number of entries
     * @return in descending order of magnitude
     */
    public List<FeatureEffect> topFeatures(int count) {
        return sites.stream()
                .flatMap(site -> site.features().stream())
                .sorted(Comparator.comparingDouble((FeatureEffect feature) -> -Math.abs(feature.effect())))
                .limit(count)
                .toList();
    }

    /**
     * Returns the report with its 20 largest features and nodes, for a terminal.
     *
     * @return lines, each terminated by a newline
     */
    @Override
    public String toString() {
        return toText(SHOWN);
    }

    /**
     * Returns the report for a terminal.
     *
     * @param count the number of features and nodes to list
     * @return lines, each terminated by a newline
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

    /** Returns the prompt as HTML, each token shaded by the sum of the effects at its position. */
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
     * Returns the report as JSON.
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
