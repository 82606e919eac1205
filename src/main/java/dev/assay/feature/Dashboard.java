package dev.assay.feature;

import dev.assay.checkpoint.AtomicFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A page about a dictionary: one HTML file that needs no network and reads without scripts.
 *
 * <p>With scripts the page lists all features and opens any of them; without, it shows the overview and the strongest hundred.
 */
public final class Dashboard {
    private final FeatureCatalog catalog;
    private String title = "Features";
    private Map<String, Double> metrics = Map.of();
    private List<ConceptRow> concepts = List.of();
    private int examples;

    Dashboard(FeatureCatalog catalog) {
        this.catalog = catalog;
        this.examples = defaultExamples(catalog.features());
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
     * Shows how well the concepts of a labelled corpus are found.
     *
     * @param concepts one row a concept
     * @return this
     */
    public Dashboard concepts(List<ConceptRow> concepts) {
        this.concepts = List.copyOf(concepts);
        return this;
    }

    /**
     * Sets how many examples a feature shows. The default is all that a report holds up to 8,000 features, and fewer beyond, so
     * that the file stays small enough to open at once.
     *
     * @param examples at most this many
     * @return this
     */
    public Dashboard examples(int examples) {
        this.examples = examples;
        return this;
    }

    /**
     * Writes the page; an existing file is replaced when the new one is complete.
     *
     * @param file the file to write
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        DashboardPage page = new DashboardPage(catalog, title, metrics, concepts, examples);
        AtomicFiles.write(file, page::write);
    }

    /** About 160,000 examples make a file of some tens of megabytes. */
    private static int defaultExamples(List<FeatureSummary> features) {
        long alive = features.stream().filter(feature -> !feature.isDead()).count();
        return (int) Math.max(5, 160_000 / Math.max(1, alive));
    }
}
