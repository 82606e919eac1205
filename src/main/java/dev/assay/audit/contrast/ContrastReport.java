package dev.assay.audit.contrast;

import dev.assay.audit.measure.PermutationTest;
import dev.assay.view.Displayable;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.List;
import java.util.Locale;

/**
 * The contrast of all features between two conditions.
 *
 * @param matrix the name of the contrasted matrix, such as {@code sae mean}
 * @param first the label of the first condition
 * @param second the label of the second condition
 * @param firstDocuments the number of documents of the first condition
 * @param secondDocuments the number of documents of the second condition
 * @param pairs the number of pairs of a paired contrast, otherwise 0
 * @param units the number of exchangeable units: documents, groups or pairs
 * @param test the permutation test
 * @param tested the number of features that vary between documents
 * @param features all features by falling absolute statistic, ties by number
 * @param warnings conditions that limit the interpretation
 */
public record ContrastReport(
        String matrix,
        String first,
        String second,
        int firstDocuments,
        int secondDocuments,
        int pairs,
        int units,
        PermutationTest test,
        int tested,
        List<FeatureContrast> features,
        List<String> warnings)
        implements Displayable {
    private static final String P_VALUE = "%.2g";
    private static final int SHOWN = 20;

    /** Copies the lists. */
    public ContrastReport {
        features = List.copyOf(features);
        warnings = List.copyOf(warnings);
    }

    /** {@return whether pairs of documents were compared} */
    public boolean paired() {
        return pairs > 0;
    }

    /**
     * Returns the features whose adjusted p-value is at most a false-discovery rate.
     *
     * @param rate the expected share of false discoveries, such as 0.05
     * @return by falling absolute statistic
     */
    public List<FeatureContrast> discoveries(double rate) {
        return features.stream().filter(feature -> feature.qValue() <= rate).toList();
    }

    /**
     * Returns the features whose family-wise p-value is at most a level.
     *
     * @param level the probability of one or more false discoveries, such as 0.05
     * @return by falling absolute statistic
     */
    public List<FeatureContrast> familyDiscoveries(double level) {
        return features.stream()
                .filter(feature -> feature.familyPValue() <= level)
                .toList();
    }

    /**
     * Returns the place of a feature in the order of the report.
     *
     * @param feature its number
     * @return from 1
     */
    public int rank(int feature) {
        for (int i = 0; i < features.size(); i++) {
            if (features.get(i).feature() == feature) {
                return i + 1;
            }
        }
        throw new IllegalArgumentException("there is no feature " + feature + " in the contrast of " + matrix
                + ", expected 0 to " + (features.size() - 1));
    }

    /** Returns the strongest features as a table for a terminal. */
    @Override
    public String toString() {
        return title() + "\n" + description() + "\n\n" + table(SHOWN).toText();
    }

    @Override
    public String toHtml() {
        HtmlSection section = HtmlSection.titled(title()).paragraph(description());
        for (String warning : warnings) {
            section = section.paragraph("Warning: " + warning);
        }
        return section.table(table(SHOWN)).toHtml();
    }

    private String title() {
        return "Contrast of " + first + " and " + second + ": " + matrix;
    }

    private String description() {
        return String.format(
                Locale.ROOT,
                "%d and %d documents%s, %d of %d features vary, %d permutations; %d features with q ≤ 0.05, %d with family-wise p ≤ 0.05",
                firstDocuments,
                secondDocuments,
                paired() ? " in " + pairs + " pairs" : "",
                tested,
                features.size(),
                test.permutations(),
                discoveries(0.05).size(),
                familyDiscoveries(0.05).size());
    }

    private Table table(int most) {
        Table table = Table.of("")
                .numbers("feature", "mean " + first, "mean " + second, "effect", "AUROC", "p", "q", "family-wise p");
        features.stream()
                .limit(most)
                .forEach(feature -> table.row(List.of(
                        Cell.text(Integer.toString(feature.feature())),
                        Cell.number(feature.firstMean()),
                        Cell.number(feature.secondMean()),
                        Cell.number(feature.effect()),
                        Cell.number(feature.auroc()),
                        Cell.number(P_VALUE, feature.pValue()),
                        Cell.number(P_VALUE, feature.qValue()),
                        Cell.number(P_VALUE, feature.familyPValue()))));
        return table;
    }
}
