package dev.assay.feature.page;

import dev.assay.feature.report.FeatureCatalog;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.io.AtomicFiles;
import dev.assay.view.Displayable;
import dev.assay.view.Html;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The feature dashboard of a dictionary: one HTML file that needs no network.
 *
 * <p>With scripts the page lists all features and opens any of them. Without scripts it shows the overview and the strongest hundred.
 */
public final class Dashboard implements Displayable {
    /** This many examples give a file of about twenty megabytes. */
    private static final int EXAMPLES_OF_A_FILE = 240_000;
    /** This many examples give a few megabytes, which a notebook opens without delay. */
    private static final int EXAMPLES_OF_A_NOTEBOOK = 20_000;

    private static final int FEATURES_OF_A_TEXT = 10;

    private final FeatureCatalog catalog;
    private String title = "Features";
    private Map<String, Double> metrics = Map.of();
    private List<String> remarks = List.of();
    private List<ConceptRow> concepts = List.of();
    private ExampleCount examples;

    /** Creates a page over a catalog of features. */
    public Dashboard(FeatureCatalog catalog) {
        this.catalog = catalog;
    }

    /**
     * Sets the title.
     *
     * @param title plain text
     * @return this
     */
    public Dashboard title(String title) {
        this.title = title;
        return this;
    }

    /**
     * Shows measurements of the dictionary in the overview, in the order of the map.
     *
     * @param metrics names and values, such as those of an evaluation
     * @return this
     */
    public Dashboard metrics(Map<String, Double> metrics) {
        this.metrics = new LinkedHashMap<>(metrics);
        return this;
    }

    /**
     * Shows sentences about the measurements in the overview: the reasons for metrics without a value, and warnings.
     *
     * @param sentences without a full stop, such as those of an evaluation
     * @return this
     */
    public Dashboard remarks(List<String> sentences) {
        this.remarks = List.copyOf(sentences);
        return this;
    }

    /**
     * Shows how well the concepts of a labelled corpus are found. A concept with an F1 score of at least 0.8 becomes a label of its best
     * latent.
     *
     * @param concepts one row per concept
     * @return this
     */
    public Dashboard concepts(List<ConceptRow> concepts) {
        this.concepts = List.copyOf(concepts);
        return this;
    }

    /**
     * Sets the number of examples per feature. By default the file stays near twenty megabytes: all examples of a small dictionary, fewer
     * of a large one.
     *
     * @param strongest the largest number of strongest examples
     * @param each the largest number of examples per range of activations
     * @return this
     */
    public Dashboard examples(int strongest, int each) {
        this.examples = new ExampleCount(strongest, each);
        return this;
    }

    /**
     * Writes the page atomically; an existing file is replaced.
     *
     * @param file the file to write
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        AtomicFiles.write(file, this::write);
    }

    /**
     * Writes the page to a stream, such as the response of a server.
     *
     * @param stream receives UTF-8; it stays open
     * @throws IOException if the stream fails
     */
    public void write(OutputStream stream) throws IOException {
        page(EXAMPLES_OF_A_FILE).write(stream);
    }

    /** Renders the whole page inside a frame, with fewer examples than a file unless their number was set. */
    @Override
    public String toHtml() {
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        try {
            page(EXAMPLES_OF_A_NOTEBOOK).write(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "<iframe title=\"" + Html.escape(title)
                + "\" style=\"width:100%;height:900px;border:1px solid #8885;border-radius:8px\""
                + " sandbox=\"allow-scripts\" srcdoc=\"" + Html.attribute(page.toString(StandardCharsets.UTF_8))
                + "\"></iframe>";
    }

    /**
     * Describes the page in plain text.
     *
     * @return the title, the numbers of features, the metrics and the strongest features, in lines
     */
    @Override
    public String toString() {
        List<FeatureSummary> features = catalog.features();
        List<FeatureSummary> alive =
                features.stream().filter(feature -> !feature.isDead()).toList();
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT, "%s: %,d features, %,d of them active\n", title, features.size(), alive.size()));
        metrics.forEach((name, value) -> text.append("  ")
                .append(name)
                .append("  ")
                .append(Html.number(value))
                .append('\n'));
        return text.append('\n')
                .append(FeatureSummary.table(alive.stream()
                        .sorted(FeatureSummary.STRONGEST_FIRST)
                        .limit(FEATURES_OF_A_TEXT)
                        .toList()))
                .toString();
    }

    private DashboardPage page(int budget) {
        List<FeatureSummary> features = catalog.features();
        ExampleCount count = examples == null ? ExampleCount.within(budget, features) : examples;
        return new DashboardPage(catalog, features, title, new Measurements(metrics, remarks, concepts), count);
    }

    /**
     * The largest numbers of examples of a feature.
     *
     * @param strongest the number of strongest examples
     * @param each the number of examples per range of activations
     */
    record ExampleCount(int strongest, int each) {
        /** A report has about ten ranges. */
        private static final int RANGES = 10;

        /** Allots a third of the budget to strongest examples: at least five of them and one per range. */
        static ExampleCount within(int budget, List<FeatureSummary> features) {
            long alive = features.stream().filter(feature -> !feature.isDead()).count();
            int share = (int) (budget / Math.max(1, alive));
            return new ExampleCount(Math.max(5, share / 3), Math.max(1, 2 * share / 3 / RANGES));
        }
    }
}
