package dev.assay.evaluate.similarity;

import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The similarity of two dictionaries. MMCS is the mean over the directions of one dictionary of the largest cosine with any direction of
 * the other (Sharkey et al., "Taking features out of superposition with sparse autoencoders", 2022); several directions may have the
 * same nearest one. Matched pairs are one to one with the largest sum of cosines (the Hungarian method), as many as the smaller
 * dictionary has latents.
 *
 * @param latentsOfA the number of latents of a
 * @param latentsOfB the number of latents of b
 * @param matchedFrom the smallest cosine of a pair that counts as the same direction
 * @param draws the number of random dictionaries of the null
 * @param mmcsOfA MMCS of the directions of a in b
 * @param mmcsOfB MMCS of the directions of b in a
 * @param absoluteMmcsOfA the same as {@code mmcsOfA} with the absolute value of cosines
 * @param absoluteMmcsOfB the same as {@code mmcsOfB} with the absolute value of cosines
 * @param matchedCosine the mean cosine of matched pairs
 * @param matchedShare the share of pairs of at least that cosine
 * @param matchedLatentsOfA the latent of a in each pair
 * @param matchedLatentsOfB the latent of b in each pair
 * @param matchedCosines the cosine of each pair
 */
public record DictionarySimilarity(
        int latentsOfA,
        int latentsOfB,
        double matchedFrom,
        int draws,
        Figure mmcsOfA,
        Figure mmcsOfB,
        Figure absoluteMmcsOfA,
        Figure absoluteMmcsOfB,
        Figure matchedCosine,
        Figure matchedShare,
        int[] matchedLatentsOfA,
        int[] matchedLatentsOfB,
        double[] matchedCosines)
        implements Displayable {
    /**
     * A figure and its null.
     *
     * @param value of the two dictionaries
     * @param random the mean with a random dictionary of the same shape in place of the other
     * @param spread the standard deviation over random dictionaries
     */
    public record Figure(double value, double random, double spread) {}

    /**
     * Returns the mean of MMCS in both directions.
     *
     * @return the mean of signed cosines
     */
    public double symmetricMmcs() {
        return (mmcsOfA.value + mmcsOfB.value) / 2;
    }

    /**
     * Returns the figures by name.
     *
     * @return in the order to print
     */
    public Map<String, Figure> figures() {
        Map<String, Figure> map = new LinkedHashMap<>();
        map.put("mmcs_a_to_b", mmcsOfA);
        map.put("mmcs_b_to_a", mmcsOfB);
        map.put("mmcs_a_to_b_abs", absoluteMmcsOfA);
        map.put("mmcs_b_to_a_abs", absoluteMmcsOfB);
        map.put("matched_cosine", matchedCosine);
        map.put("matched_share", matchedShare);
        return map;
    }

    /**
     * Returns the figures in plain text.
     *
     * @return a line about the dictionaries and a table
     */
    @Override
    public String toString() {
        Table table = Table.of("").words("").numbers("value", "random", "±").textLayout(0, 2, 16, 8, 9, 9);
        figures().forEach((name, figure) -> row(table, name, figure));
        return String.format(
                        Locale.ROOT,
                        "a has %,d latents, b has %,d; pairs match from a cosine of %.2f; random: %d dictionaries of the same shape%n%n",
                        latentsOfA,
                        latentsOfB,
                        matchedFrom,
                        draws)
                + table.toText();
    }

    @Override
    public String toHtml() {
        Table table = Table.of(
                        "Two dictionaries: a of " + Html.count(latentsOfA) + " latents, b of " + Html.count(latentsOfB))
                .words("")
                .numbers("value", "random", "±");
        row(table, "MMCS, of a in b", mmcsOfA);
        row(table, "MMCS, of b in a", mmcsOfB);
        row(table, "MMCS, of a in b, absolute cosines", absoluteMmcsOfA);
        row(table, "MMCS, of b in a, absolute cosines", absoluteMmcsOfB);
        row(table, "mean cosine of matched pairs", matchedCosine);
        row(table, "share of pairs from a cosine of " + Html.fixed(matchedFrom, 2), matchedShare);
        return table.note(
                        "MMCS: mean over directions of the largest cosine with any of the other. Random: mean and standard deviation "
                                + "over " + Html.count(draws) + " dictionaries of the same shape.")
                .toHtml();
    }

    private static void row(Table table, String name, Figure figure) {
        table.row(
                Cell.text(name),
                Cell.number(figure.value()),
                Cell.number(figure.random()),
                Cell.number(figure.spread()));
    }
}
