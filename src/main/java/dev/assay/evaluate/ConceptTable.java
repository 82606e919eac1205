package dev.assay.evaluate;

import dev.assay.text.story.Concept;
import dev.assay.view.Displayable;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * F1 of the best latent for each labelled concept. Latent and threshold are selected on training stories; F1 is measured on held-out
 * stories.
 *
 * @param rows one row per concept
 */
public record ConceptTable(List<Row> rows) implements Displayable {
    /** The minimum F1 of a latent that counts as finding a concept. */
    public static final double FOUND = 0.8;

    /** Copies the list. */
    public ConceptTable {
        rows = List.copyOf(rows);
    }

    /**
     * The best latents of the dictionary and of the baselines for one concept.
     *
     * @param concept the concept
     * @param share the share of held-out tokens that have the concept
     * @param latent the best latent of the dictionary
     * @param neuron the best dimension of the activation, with either sign
     * @param principal the best principal component, with either sign
     * @param random the best latent of a random dictionary of the same size
     */
    public record Row(Concept concept, double share, Best latent, Best neuron, Best principal, Best random) {}

    /**
     * The latent selected for a concept.
     *
     * @param unit the index of the latent
     * @param f1 the F1 on held-out stories, the harmonic mean of precision and recall, of predicting the concept where the latent is above
     *     its threshold
     */
    public record Best(int unit, double f1) {}

    /**
     * Returns the number of concepts found by a latent.
     *
     * @return the number of rows whose latent has an F1 of at least {@link #FOUND}
     */
    public long found() {
        return found(Row::latent);
    }

    private long found(Function<Row, Best> by) {
        return rows.stream().filter(row -> by.apply(row).f1() >= FOUND).count();
    }

    /**
     * Returns the rows sorted by the F1 of their latents.
     *
     * @return in descending order
     */
    public List<Row> bestFirst() {
        return rows.stream()
                .sorted(Comparator.comparingDouble((Row row) -> row.latent().f1())
                        .reversed())
                .toList();
    }

    /**
     * Returns the table in plain text, in descending order of F1.
     *
     * @return lines, each terminated by a newline; the last line has the number of concepts found
     */
    @Override
    public String toString() {
        return table().textLayout(0, 1, 18, 8, 7, 5, 8, 6, 6).toText()
                + String.format(
                        Locale.ROOT,
                        "%d of %d concepts have a latent with F1 ≥ %.1f; neurons %d, principal components %d, random dictionary %d%n",
                        found(),
                        rows.size(),
                        FOUND,
                        found(Row::neuron),
                        found(Row::principal),
                        found(Row::random));
    }

    @Override
    public String toHtml() {
        Table table = Table.of(found() + " of " + rows.size() + " concepts have a latent with F1 ≥ " + FOUND);
        columns(table).words("");
        bestFirst().forEach(row -> {
            List<Cell> cells = cells(row);
            cells.add(Cell.text(row.concept().description()));
            table.row(cells);
        });
        return table.note(
                        "F1 on held-out stories; the last three columns are the best neuron, principal component and random direction, "
                                + "of which " + found(Row::neuron) + ", " + found(Row::principal) + " and "
                                + found(Row::random) + " reach "
                                + FOUND + ".")
                .toHtml();
    }

    private Table table() {
        Table table = columns(Table.of(""));
        bestFirst().forEach(row -> table.row(cells(row)));
        return table;
    }

    private static Table columns(Table table) {
        return table.words("concept").numbers("tokens", "latent", "F1", "neuron", "PCA", "random");
    }

    private static List<Cell> cells(Row row) {
        return new ArrayList<>(List.of(
                Cell.text(row.concept().name()),
                Cell.percent(row.share(), 2),
                Cell.integer(row.latent().unit()),
                f1(row.latent()),
                f1(row.neuron()),
                f1(row.principal()),
                f1(row.random())));
    }

    private static Cell f1(Best best) {
        return Cell.number("%.2f", best.f1());
    }
}
