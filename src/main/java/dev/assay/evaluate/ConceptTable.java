package dev.assay.evaluate;

import dev.assay.text.story.Concept;
import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.HtmlTable;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What latents know of concepts whose truth is known: for each concept, the F1 of its best latent. Latent and threshold are chosen on
 * training stories; F1 is measured on held-out ones.
 *
 * @param rows one a concept
 */
public record ConceptTable(List<Row> rows) implements Displayable {
    /** A find counts from here. */
    public static final double FOUND = 0.8;

    /** Keeps its own copy. */
    public ConceptTable {
        rows = List.copyOf(rows);
    }

    /**
     * The best latents for a concept.
     *
     * @param concept the concept
     * @param share of held-out tokens that carry it
     * @param latent of the dictionary
     * @param neuron of the activation's own dimensions, read both ways
     * @param principal of the principal components, read both ways
     * @param random of a random dictionary of the same size
     */
    public record Row(Concept concept, double share, Best latent, Best neuron, Best principal, Best random) {}

    /**
     * A latent chosen for a concept.
     *
     * @param unit its number
     * @param f1 on held-out stories: the harmonic mean of precision and recall of "the latent is above its threshold"
     */
    public record Best(int unit, double f1) {}

    /**
     * Counts the concepts that a latent finds.
     *
     * @return rows whose latent has F1 of at least {@link #FOUND}
     */
    public long found() {
        return found(Row::latent);
    }

    private long found(Function<Row, Best> by) {
        return rows.stream().filter(row -> by.apply(row).f1() >= FOUND).count();
    }

    /**
     * Returns the rows by the F1 of their latents.
     *
     * @return the largest first
     */
    public List<Row> bestFirst() {
        return rows.stream()
                .sorted(Comparator.comparingDouble((Row row) -> row.latent().f1())
                        .reversed())
                .toList();
    }

    /**
     * Returns the table for people, best finds first.
     *
     * @return lines
     */
    public String toText() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                "%-18s %7s  %6s %5s   %6s %6s %6s%n", "concept", "tokens", "latent", "F1", "neuron", "PCA", "random"));
        bestFirst()
                .forEach(row -> text.append(String.format(
                        Locale.ROOT,
                        "%-18s %6.2f%%  %6d %5.2f   %6.2f %6.2f %6.2f%n",
                        row.concept().name(),
                        100 * row.share(),
                        row.latent().unit(),
                        row.latent().f1(),
                        row.neuron().f1(),
                        row.principal().f1(),
                        row.random().f1())));
        text.append(String.format(
                Locale.ROOT,
                "%d of %d concepts have a latent with F1 ≥ %.1f; neurons %d, principal components %d, random dictionary %d%n",
                found(),
                rows.size(),
                FOUND,
                found(Row::neuron),
                found(Row::principal),
                found(Row::random)));
        return text.toString();
    }

    @Override
    public String toHtml() {
        HtmlTable table = HtmlTable.of(found() + " of " + rows.size() + " concepts have a latent with F1 ≥ " + FOUND)
                .words("concept")
                .numbers("tokens", "latent", "F1", "neuron", "PCA", "random")
                .words("");
        bestFirst()
                .forEach(row -> table.row(
                        row.concept().name(),
                        Html.percent(row.share()),
                        Integer.toString(row.latent().unit()),
                        Html.fixed(row.latent().f1(), 2),
                        Html.fixed(row.neuron().f1(), 2),
                        Html.fixed(row.principal().f1(), 2),
                        Html.fixed(row.random().f1(), 2),
                        row.concept().description()));
        return table.note(
                        "F1 on held-out stories; the last three columns are the best neuron, principal component and random direction, "
                                + "of which " + found(Row::neuron) + ", " + found(Row::principal) + " and "
                                + found(Row::random) + " reach "
                                + FOUND + ".")
                .toHtml();
    }
}
