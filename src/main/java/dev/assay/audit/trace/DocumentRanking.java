package dev.assay.audit.trace;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Training documents in the order of a ranker. Equal scores count as a random order, so ranks are expected values.
 *
 * @param ranker the name of the ranker
 * @param ids the identifiers of the training documents
 * @param scores a score per document
 */
public record DocumentRanking(String ranker, List<String> ids, double[] scores) {
    /** Checks the lengths. */
    public DocumentRanking {
        ids = List.copyOf(ids);
        if (ids.size() != scores.length) {
            throw new IllegalArgumentException(ids.size() + " ids and " + scores.length + " scores");
        }
        for (double score : scores) {
            InvalidInputException.require(Double.isFinite(score), "a score of " + ranker, score, "a finite number");
        }
    }

    /**
     * A document with its score.
     *
     * @param row the row of the document in the training sample
     * @param id its identifier
     * @param score its score
     */
    public record Hit(int row, String id, double score) {}

    /**
     * Returns the rank of a document: {@code 1 + #{larger} + #{other equal} / 2}.
     *
     * @param id the identifier of the document
     * @return from 1 to the number of documents
     * @throws InvalidInputException if there is no such document
     */
    public double rank(String id) {
        double score = scores[row(id)];
        return 1 + count(score, true) + (count(score, false) - 1) / 2.0;
    }

    /**
     * Returns the expected rank of the first of several documents. With h documents above the best of them, and m documents of its score of
     * which k are wanted, it is {@code h + (m + 1) / (k + 1)}.
     *
     * @param wanted the identifiers of the documents, at least one
     * @return from 1 to the number of documents
     * @throws InvalidInputException without documents, or if one does not exist
     */
    public double firstRank(List<String> wanted) {
        InvalidInputException.require(!wanted.isEmpty(), "there are no documents to find, expected at least one");
        double best = wanted.stream().mapToDouble(id -> scores[row(id)]).max().getAsDouble();
        long tied =
                wanted.stream().distinct().filter(id -> scores[row(id)] == best).count();
        return count(best, true) + (count(best, false) + 1) / (tied + 1.0);
    }

    /**
     * Returns the first documents.
     *
     * @param count the largest number of documents
     * @return by falling score; equal scores in the order of the training sample
     */
    public List<Hit> top(int count) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(row -> -scores[row]))
                .limit(count)
                .map(row -> new Hit(row, ids.get(row), scores[row]))
                .toList();
    }

    private int row(String id) {
        int row = ids.indexOf(id);
        InvalidInputException.require(
                row >= 0, () -> "there is no training document \"" + id + "\" among the " + ids.size() + " documents");
        return row;
    }

    private long count(double score, boolean larger) {
        return Arrays.stream(scores)
                .filter(other -> larger ? other > score : other == score)
                .count();
    }
}
