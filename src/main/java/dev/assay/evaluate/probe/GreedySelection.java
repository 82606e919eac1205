package dev.assay.evaluate.probe;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Forward selection of columns by the training loss of a logistic regression. */
final class GreedySelection {
    /** Columns that each step fits. */
    static final int CANDIDATES = 32;

    private final LogisticRegression regression;
    private final ProbeData data;
    private final StandardizedColumns columns;

    GreedySelection(LogisticRegression regression, ProbeData data) {
        this.regression = regression;
        this.data = data;
        this.columns = StandardizedColumns.of(data);
    }

    int[] select(int k) {
        int[] selected = new int[0];
        while (selected.length < k) {
            int[] extended = Arrays.copyOf(selected, selected.length + 1);
            int best = -1;
            double bestLoss = Double.POSITIVE_INFINITY;
            for (int candidate : candidates(selected)) {
                extended[selected.length] = candidate;
                double loss = regression.fit(data.columns(extended)).loss();
                if (loss < bestLoss) {
                    best = candidate;
                    bestLoss = loss;
                }
            }
            extended[selected.length] = best;
            selected = extended;
        }
        return selected;
    }

    /** Returns the columns outside the selection whose standardised weight has the largest gradient at the fitted selection. */
    private int[] candidates(int[] selected) {
        double[] scores;
        if (selected.length == 0) {
            scores = new double[data.rows()];
            double positives = data.positives();
            Arrays.fill(scores, Math.log(positives / (data.rows() - positives)));
        } else {
            ProbeData chosen = data.columns(selected);
            scores = regression.fit(chosen).probe().scores(chosen);
        }
        double[] gradient = new double[data.width()];
        for (int i = 0; i < scores.length; i++) {
            double residual = (data.label(i) ? 1 : 0) - LogisticObjective.sigmoid(scores[i]);
            for (int j = 0; j < gradient.length; j++) {
                gradient[j] += residual * columns.values()[i * gradient.length + j];
            }
        }
        return IntStream.range(0, gradient.length)
                .filter(column -> IntStream.of(selected).noneMatch(chosen -> chosen == column))
                .boxed()
                .sorted(Comparator.comparingDouble(column -> -Math.abs(gradient[column])))
                .limit(CANDIDATES)
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
