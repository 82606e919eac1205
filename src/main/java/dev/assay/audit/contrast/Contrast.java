package dev.assay.audit.contrast;

import dev.assay.InvalidInputException;
import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.measure.DocumentMatrixBuilder;
import dev.assay.audit.measure.EffectSize;
import dev.assay.audit.measure.Exchangeability;
import dev.assay.audit.measure.PermutationTest;
import dev.assay.audit.sample.AuditSample;
import dev.assay.text.dialogue.LabelledDialogue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Compares the features of documents of two labels. If every document has a pair, the documents of a pair are compared with each other and
 * the null distribution flips signs; otherwise it permutes labels, between groups where documents have groups.
 *
 * <pre>{@code
 * ContrastReport report = Contrast.of(sample, "watched", "unwatched").run("sae mean");
 * }</pre>
 */
public final class Contrast {
    private enum Design {
        BY_DOCUMENTS,
        PAIRED,
        UNPAIRED
    }

    private final AuditSample sample;
    private final String first;
    private final String second;
    private final PermutationTest test;
    private final Design design;

    private Contrast(AuditSample sample, String first, String second, PermutationTest test, Design design) {
        this.sample = sample;
        this.first = first;
        this.second = second;
        this.test = test;
        this.design = design;
    }

    /**
     * Compares two labels with the default permutation test.
     *
     * @param sample documents with matrices; documents of other labels are left out
     * @param first the label of the first condition
     * @param second the label of the second condition
     * @return the contrast
     * @throws InvalidInputException if the labels are equal or one has no documents
     */
    public static Contrast of(AuditSample sample, String first, String second) {
        sample.requireLabels(first, second);
        return new Contrast(sample, first, second, PermutationTest.DEFAULT, Design.BY_DOCUMENTS);
    }

    /**
     * Sets the permutation test.
     *
     * @param other numbers of draws and seed; default {@link PermutationTest#DEFAULT}
     * @return the contrast
     */
    public Contrast test(PermutationTest other) {
        return new Contrast(sample, first, second, other, design);
    }

    /**
     * Requires pairs: each pair must have one document of each label.
     *
     * @return the contrast
     */
    public Contrast paired() {
        return new Contrast(sample, first, second, test, Design.PAIRED);
    }

    /**
     * Ignores pairs as pairs: documents of one pair are a unit, within which labels are permuted.
     *
     * @return the contrast
     */
    public Contrast unpaired() {
        return new Contrast(sample, first, second, test, Design.UNPAIRED);
    }

    /**
     * Computes the contrast of a matrix.
     *
     * @param matrix the name of a matrix of the sample
     * @return all of its columns as features
     * @throws InvalidInputException if the sample has no such matrix, or documents lack pairs that are required
     */
    public ContrastReport run(String matrix) {
        int[] firstRows = sample.rowsOf(first);
        int[] secondRows = sample.rowsOf(second);
        DocumentMatrix all = sample.matrix(matrix);
        boolean paired = design == Design.PAIRED
                || design == Design.BY_DOCUMENTS
                        && IntStream.concat(IntStream.of(firstRows), IntStream.of(secondRows))
                                .allMatch(row -> !document(row).pair().isEmpty());
        return paired ? paired(matrix, all, firstRows, secondRows) : unpaired(matrix, all, firstRows, secondRows);
    }

    private LabelledDialogue document(int row) {
        return sample.documents().get(row);
    }

    private ContrastReport unpaired(String name, DocumentMatrix all, int[] firstRows, int[] secondRows) {
        int[] rows = IntStream.concat(IntStream.of(firstRows), IntStream.of(secondRows))
                .toArray();
        boolean[] labels = new boolean[rows.length];
        for (int i = 0; i < firstRows.length; i++) {
            labels[i] = true;
        }
        int[] units = sample.units(rows);
        DocumentMatrix matrix = all.rows(rows);
        PermutationTest.Result result = test.unpaired(matrix, labels, Exchangeability.ofUnits(labels, units));
        int unitCount = (int) IntStream.of(units).distinct().count();
        return report(name, all, firstRows, secondRows, 0, unitCount, result);
    }

    private ContrastReport paired(String name, DocumentMatrix all, int[] firstRows, int[] secondRows) {
        Map<String, Integer> partners = new LinkedHashMap<>();
        for (int row : secondRows) {
            addToPair(partners, row, second);
        }
        int[] ordered = new int[firstRows.length];
        Map<String, Integer> seen = new LinkedHashMap<>();
        DocumentMatrixBuilder differences = new DocumentMatrixBuilder(all.columns());
        for (int i = 0; i < firstRows.length; i++) {
            LabelledDialogue document = document(firstRows[i]);
            addToPair(seen, firstRows[i], first);
            Integer partner = partners.get(document.pair());
            InvalidInputException.require(
                    partner != null,
                    () -> "the pair \"" + document.pair() + "\" of the document \"" + document.id()
                            + "\" has no document with the label \"" + second + "\", expected one of each label");
            ordered[i] = partner;
            double[] difference = all.row(firstRows[i]);
            all.row(partner, (column, value) -> difference[column] -= value);
            differences.add(difference);
        }
        partners.keySet().removeAll(seen.keySet());
        InvalidInputException.require(
                partners.isEmpty(),
                () -> "the pair \"" + partners.keySet().iterator().next() + "\" has no document with the label \""
                        + first + "\", expected one of each label");
        int[] units = sample.units(firstRows);
        PermutationTest.Result result = test.paired(differences.build(), units);
        int unitCount = (int) IntStream.of(units).distinct().count();
        return report(name, all, firstRows, ordered, firstRows.length, unitCount, result);
    }

    private void addToPair(Map<String, Integer> pairs, int row, String label) {
        LabelledDialogue document = document(row);
        InvalidInputException.require(
                !document.pair().isEmpty(),
                () -> "the document \"" + document.id() + "\" has no pair, expected one for a paired contrast");
        InvalidInputException.require(
                pairs.put(document.pair(), row) == null,
                () -> "the pair \"" + document.pair() + "\" has several documents with the label \"" + label
                        + "\", expected one of each label");
    }

    private ContrastReport report(
            String name,
            DocumentMatrix all,
            int[] firstRows,
            int[] secondRows,
            int pairs,
            int units,
            PermutationTest.Result result) {
        DocumentMatrix firstColumns = all.rows(firstRows).transposed();
        DocumentMatrix secondColumns = all.rows(secondRows).transposed();
        List<FeatureContrast> features = new ArrayList<>();
        for (int column = 0; column < all.columns(); column++) {
            features.add(feature(column, firstColumns.row(column), secondColumns.row(column), pairs > 0, result));
        }
        features.sort(Comparator.comparingDouble((FeatureContrast feature) -> -Math.abs(feature.statistic()))
                .thenComparingInt(FeatureContrast::feature));
        return new ContrastReport(
                name,
                first,
                second,
                firstRows.length,
                secondRows.length,
                pairs,
                units,
                test,
                result.tested(),
                features,
                warnings(name, firstRows, secondRows, units, result));
    }

    private static FeatureContrast feature(
            int column, double[] firstValues, double[] secondValues, boolean paired, PermutationTest.Result result) {
        double effect;
        if (paired) {
            double[] differences = firstValues.clone();
            for (int i = 0; i < differences.length; i++) {
                differences[i] -= secondValues[i];
            }
            effect = EffectSize.pairedD(differences);
        } else {
            effect = EffectSize.cohensD(firstValues, secondValues);
        }
        return new FeatureContrast(
                column,
                mean(firstValues),
                mean(secondValues),
                active(firstValues),
                active(secondValues),
                effect,
                EffectSize.auroc(firstValues, secondValues),
                result.statistics()[column],
                result.pValues()[column],
                result.qValues()[column],
                result.familyPValues()[column]);
    }

    private List<String> warnings(
            String name, int[] firstRows, int[] secondRows, int units, PermutationTest.Result result) {
        List<String> warnings = new ArrayList<>();
        int withoutTokens = sample.rowsWithoutTokens(name, firstRows) + sample.rowsWithoutTokens(name, secondRows);
        if (withoutTokens > 0) {
            warnings.add(withoutTokens + " documents have no tokens of the pooled roles and count as 0");
        }
        if (units < 12) {
            warnings.add("there are only " + units + " exchangeable units, so small p-values cannot occur");
        }
        double smallest = result.tested() / (1.0 + test.refined());
        if (smallest > 0.05) {
            warnings.add("with " + test.refined() + " permutations and " + result.tested()
                    + " features, a single feature cannot have q ≤ 0.05; read the family-wise p-value");
        }
        return warnings;
    }

    private static double mean(double[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).sum() / values.length;
    }

    private static int active(double[] values) {
        return (int)
                IntStream.range(0, values.length).filter(i -> values[i] != 0).count();
    }
}
