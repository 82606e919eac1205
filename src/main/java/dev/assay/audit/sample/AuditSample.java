package dev.assay.audit.sample;

import dev.assay.InvalidInputException;
import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.text.dialogue.LabelledDialogue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Labelled documents with named matrices of one row per document, such as {@code sae mean@assistant}. Instances do not change.
 *
 * <p>Documents that have the same pair or the same group are dependent; they form a unit, also through other documents.
 */
public final class AuditSample {
    private final List<LabelledDialogue> documents;
    private final Map<String, DocumentMatrix> matrices;
    private final Map<String, BitSet> withoutTokens;
    private final Map<String, SourceStatistics> statistics;

    private AuditSample(
            List<LabelledDialogue> documents,
            Map<String, DocumentMatrix> matrices,
            Map<String, BitSet> withoutTokens,
            Map<String, SourceStatistics> statistics) {
        this.documents = List.copyOf(documents);
        this.matrices = Collections.unmodifiableMap(matrices);
        this.withoutTokens = withoutTokens;
        this.statistics = Collections.unmodifiableMap(statistics);
    }

    /**
     * Creates a sample without matrices.
     *
     * @param documents at least one document
     * @return the sample
     * @throws InvalidInputException without documents
     */
    public static AuditSample of(List<LabelledDialogue> documents) {
        InvalidInputException.require(!documents.isEmpty(), "there are no documents, expected at least one");
        return new AuditSample(documents, Map.of(), Map.of(), Map.of());
    }

    /**
     * Returns the name of a pooled matrix of a source.
     *
     * @param source the name of a dictionary or of activations in an {@link AuditPass}
     * @param pooling the pooling
     * @return such as {@code sae mean@assistant}
     */
    public static String name(String source, Pooling pooling) {
        return source + " " + pooling;
    }

    /**
     * Adds a matrix, or replaces the matrix of that name.
     *
     * @param name the name
     * @param matrix one row per document
     * @return the sample with the matrix
     * @throws InvalidInputException if the number of rows is not that of the documents
     */
    public AuditSample with(String name, DocumentMatrix matrix) {
        return with(name, matrix, new BitSet());
    }

    /** Adds a matrix of which some rows have no counted tokens. */
    AuditSample with(String name, DocumentMatrix matrix, BitSet rowsWithoutTokens) {
        InvalidInputException.require(
                matrix.rows() == documents.size(),
                () -> "the matrix \"" + name + "\" has " + matrix.rows() + " rows, expected " + documents.size()
                        + ", one per document");
        Map<String, DocumentMatrix> more = new LinkedHashMap<>(matrices);
        more.put(name, matrix);
        Map<String, BitSet> moreEmpty = new HashMap<>(withoutTokens);
        moreEmpty.put(name, rowsWithoutTokens);
        return new AuditSample(documents, more, moreEmpty, statistics);
    }

    AuditSample with(String source, SourceStatistics ofSource) {
        Map<String, SourceStatistics> more = new LinkedHashMap<>(statistics);
        more.put(source, ofSource);
        return new AuditSample(documents, matrices, withoutTokens, more);
    }

    /** {@return the documents in order} */
    public List<LabelledDialogue> documents() {
        return documents;
    }

    /** {@return the number of documents} */
    public int size() {
        return documents.size();
    }

    /** {@return the names of the matrices} */
    public Set<String> matrices() {
        return matrices.keySet();
    }

    /**
     * Returns a matrix.
     *
     * @param name its name
     * @return one row per document
     * @throws InvalidInputException if there is none, with the existing names
     */
    public DocumentMatrix matrix(String name) {
        DocumentMatrix matrix = matrices.get(name);
        InvalidInputException.require(
                matrix != null,
                () -> "the sample has no matrix \"" + name + "\", expected one of "
                        + String.join(", ", matrices.keySet()));
        return matrix;
    }

    /**
     * Returns the pooled matrix of a source.
     *
     * @param source the name of a dictionary or of activations
     * @param pooling the pooling
     * @return one row per document
     * @throws InvalidInputException if there is none
     */
    public DocumentMatrix matrix(String source, Pooling pooling) {
        return matrix(name(source, pooling));
    }

    /**
     * Returns the statistics of a source over all tokens of the pass.
     *
     * @param source the name of a dictionary
     * @return the statistics
     * @throws InvalidInputException if the pass had no dictionary of that name
     */
    public SourceStatistics statistics(String source) {
        SourceStatistics found = statistics.get(source);
        InvalidInputException.require(
                found != null,
                () -> "the sample has no dictionary \"" + source + "\", expected one of "
                        + String.join(", ", statistics.keySet()));
        return found;
    }

    /**
     * Counts the documents that have no token that a pooling counts. Their rows are 0.
     *
     * @param matrix the name of a matrix
     * @param rows row numbers
     * @return how many of these rows
     */
    public int rowsWithoutTokens(String matrix, int... rows) {
        BitSet empty = withoutTokens.getOrDefault(matrix, new BitSet());
        return (int) Arrays.stream(rows).filter(empty::get).count();
    }

    /**
     * Returns the documents of a label.
     *
     * @param label the label
     * @return row numbers, ascending
     */
    public int[] rowsOf(String label) {
        return IntStream.range(0, size())
                .filter(row -> documents.get(row).label().equals(label))
                .toArray();
    }

    /**
     * Returns the row of a document.
     *
     * @param id the identifier of the document
     * @return the row number
     * @throws InvalidInputException if there is no such document
     */
    public int rowOf(String id) {
        for (int row = 0; row < size(); row++) {
            if (documents.get(row).id().equals(id)) {
                return row;
            }
        }
        throw new InvalidInputException("there is no document \"" + id + "\" among the " + size() + " documents");
    }

    /**
     * Checks that two labels can be compared.
     *
     * @param first a label
     * @param second another label
     * @throws InvalidInputException if they are equal or one has no documents
     */
    public void requireLabels(String first, String second) {
        InvalidInputException.require(
                !first.equals(second), () -> "both labels are \"" + first + "\", expected two different labels");
        for (String label : List.of(first, second)) {
            InvalidInputException.require(rowsOf(label).length > 0, () -> {
                Set<String> labels = new TreeSet<>();
                documents.forEach(document -> labels.add(document.label()));
                return "no document has the label \"" + label + "\", expected one of " + String.join(", ", labels);
            });
        }
    }

    /**
     * Returns the units of documents: documents of one pair or one group, directly or through other documents, have the same number.
     *
     * @param rows row numbers
     * @return a number per row, from 0 in the order of the rows
     */
    public int[] units(int... rows) {
        int[] parents = IntStream.range(0, rows.length).toArray();
        Map<String, Integer> firsts = new HashMap<>();
        for (int i = 0; i < rows.length; i++) {
            LabelledDialogue document = documents.get(rows[i]);
            for (String key : keys(document)) {
                Integer earlier = firsts.putIfAbsent(key, i);
                if (earlier != null) {
                    parents[root(parents, i)] = root(parents, earlier);
                }
            }
        }
        Map<Integer, Integer> numbers = new HashMap<>();
        int[] units = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            units[i] = numbers.computeIfAbsent(root(parents, i), root -> numbers.size());
        }
        return units;
    }

    private static List<String> keys(LabelledDialogue document) {
        List<String> keys = new ArrayList<>();
        if (!document.pair().isEmpty()) {
            keys.add("pair " + document.pair());
        }
        if (!document.group().isEmpty()) {
            keys.add("group " + document.group());
        }
        return keys;
    }

    private static int root(int[] parents, int of) {
        int at = of;
        while (parents[at] != at) {
            parents[at] = parents[parents[at]];
            at = parents[at];
        }
        return at;
    }

    /**
     * Selects documents with their rows of all matrices.
     *
     * @param rows row numbers in the new order, at least one
     * @return the sample of these documents, without statistics of tokens
     */
    public AuditSample select(int... rows) {
        AuditSample selected = of(Arrays.stream(rows).mapToObj(documents::get).toList());
        for (Map.Entry<String, DocumentMatrix> matrix : matrices.entrySet()) {
            BitSet empty = new BitSet();
            BitSet all = withoutTokens.get(matrix.getKey());
            for (int i = 0; i < rows.length; i++) {
                empty.set(i, all.get(rows[i]));
            }
            selected = selected.with(matrix.getKey(), matrix.getValue().rows(rows), empty);
        }
        return selected;
    }
}
