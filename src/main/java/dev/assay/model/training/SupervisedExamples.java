package dev.assay.model.training;

import dev.assay.InvalidInputException;
import dev.assay.tensor.Shuffling;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Supervised examples, one per row. Each epoch has every example once, in a random order; rows shorter than the longest of their batch are
 * padded at the end, with loss weight 0.
 *
 * @param examples at least one example
 */
public record SupervisedExamples(List<SupervisedExample> examples) implements TrainingData {
    /** Copies the list. */
    public SupervisedExamples {
        examples = List.copyOf(examples);
        InvalidInputException.require(
                !examples.isEmpty(), "the list of supervised examples is empty, expected at least one");
    }

    @Override
    public String description() {
        return examples.size() + " supervised examples";
    }

    @Override
    public int longest() {
        return examples.stream().mapToInt(SupervisedExample::length).max().orElseThrow();
    }

    @Override
    public TokenRowStream open(long seed) {
        return new Epochs(seed);
    }

    /**
     * Returns all examples in order, for validation.
     *
     * @param batch the largest number of rows per element, at least 1
     * @return the rows
     */
    public List<TokenRows> inOrder(int batch) {
        InvalidInputException.requireAtLeast(1, "the rows of a batch", batch);
        List<TokenRows> all = new ArrayList<>();
        for (int start = 0; start < examples.size(); start += batch) {
            all.add(rows(examples.subList(start, Math.min(start + batch, examples.size()))));
        }
        return all;
    }

    private static TokenRows rows(List<SupervisedExample> chosen) {
        int length = chosen.stream().mapToInt(SupervisedExample::length).max().orElseThrow();
        TokenRows rows = TokenRows.padding(chosen.size(), length);
        for (int i = 0; i < chosen.size(); i++) {
            SupervisedExample example = chosen.get(i);
            for (int j = 0; j < example.length(); j++) {
                rows.ids()[i * length + j] = example.ids()[j];
            }
            System.arraycopy(example.lossWeights(), 0, rows.lossWeights(), i * length, example.length());
            System.arraycopy(example.roles(), 0, rows.roles(), i * length, example.length());
        }
        return rows;
    }

    /** Epochs without end. A batch may contain the end of one epoch and the start of the next. */
    private final class Epochs implements TokenRowStream {
        private final SplittableRandom random;
        private int[] order = {};
        private int next;

        Epochs(long seed) {
            random = new SplittableRandom(seed);
        }

        @Override
        public TokenRows next(int rows) {
            List<SupervisedExample> chosen = new ArrayList<>(rows);
            while (chosen.size() < rows) {
                if (next == order.length) {
                    order = IntStream.range(0, examples.size()).toArray();
                    Shuffling.shuffle(order, random);
                    next = 0;
                }
                chosen.add(examples.get(order[next]));
                next++;
            }
            return rows(chosen);
        }

        @Override
        public void close() {
            next = order.length;
        }
    }
}
