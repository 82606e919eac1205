package dev.assay.audit.sample;

import dev.assay.InvalidInputException;
import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.measure.DocumentMatrixBuilder;
import dev.assay.text.dialogue.LabelledDialogue;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Weights of terms in documents, in the convention of scikit-learn: {@code tf · (ln((1 + n) / (1 + df)) + 1)}, each row divided by its
 * Euclidean norm. Number of documents n, document frequencies df and the vocabulary are those of the fitted documents.
 */
public final class TfIdf {
    /** The default size of the vocabulary. */
    public static final int MOST_TERMS = 2000;

    private final TextTerms terms;
    private final Map<String, Integer> columns;
    private final List<String> vocabulary;
    private final double[] idf;

    private TfIdf(TextTerms terms, List<String> vocabulary, double[] idf) {
        this.terms = terms;
        this.vocabulary = vocabulary;
        this.idf = idf;
        this.columns = new HashMap<>();
        for (int i = 0; i < vocabulary.size(); i++) {
            columns.put(vocabulary.get(i), i);
        }
    }

    /**
     * Selects the vocabulary: the terms in most documents, ties in alphabetical order.
     *
     * @param documents the documents to fit
     * @param terms the kind of terms
     * @param fewestDocuments the smallest number of documents of a term, at least 1
     * @param mostTerms the largest size of the vocabulary, at least 1
     * @return the weights; without terms if no term is in enough documents
     */
    public static TfIdf fit(List<LabelledDialogue> documents, TextTerms terms, int fewestDocuments, int mostTerms) {
        InvalidInputException.requireAtLeast(1, "the smallest number of documents of a term", fewestDocuments);
        InvalidInputException.requireAtLeast(1, "the largest number of terms", mostTerms);
        Map<String, Integer> frequencies = new HashMap<>();
        for (LabelledDialogue document : documents) {
            new HashSet<>(terms.of(document)).forEach(term -> frequencies.merge(term, 1, Integer::sum));
        }
        List<String> vocabulary = frequencies.entrySet().stream()
                .filter(entry -> entry.getValue() >= fewestDocuments)
                .sorted(Comparator.comparing((Map.Entry<String, Integer> entry) -> -entry.getValue())
                        .thenComparing(Map.Entry::getKey))
                .limit(mostTerms)
                .map(Map.Entry::getKey)
                .toList();
        double[] idf = vocabulary.stream()
                .mapToDouble(term -> Math.log((1.0 + documents.size()) / (1.0 + frequencies.get(term))) + 1)
                .toArray();
        return new TfIdf(terms, vocabulary, idf);
    }

    /** {@return the terms by column} */
    public List<String> vocabulary() {
        return vocabulary;
    }

    /**
     * Weights the terms of documents. Terms outside the vocabulary are left out.
     *
     * @param documents any documents
     * @return [documents, terms]; one empty column if the vocabulary is empty
     */
    public DocumentMatrix transform(List<LabelledDialogue> documents) {
        DocumentMatrixBuilder rows = new DocumentMatrixBuilder(Math.max(1, vocabulary.size()));
        for (LabelledDialogue document : documents) {
            Map<Integer, Double> counts = new TreeMap<>();
            for (String term : terms.of(document)) {
                Integer column = columns.get(term);
                if (column != null) {
                    counts.merge(column, 1.0, Double::sum);
                }
            }
            counts.replaceAll((column, count) -> count * idf[column]);
            double norm = Math.sqrt(counts.values().stream()
                    .mapToDouble(weight -> weight * weight)
                    .sum());
            rows.add(
                    counts.keySet().stream().mapToInt(Integer::intValue).toArray(),
                    counts.values().stream()
                            .mapToDouble(weight -> weight / norm)
                            .toArray());
        }
        return rows.build();
    }
}
