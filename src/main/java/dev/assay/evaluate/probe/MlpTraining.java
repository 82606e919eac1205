package dev.assay.evaluate.probe;

import dev.assay.tensor.Shuffling;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Trains the network of an {@link MlpProbe}. */
final class MlpTraining {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final double[] x; // [n · d], standardised
    private final ProbeData data;
    private final MlpOptions options;
    private final SplittableRandom random;
    private final int[] training;
    private final int[] validation;
    private final MlpParameters parameters;
    private final double[] first; // first moments of Adam
    private final double[] second;
    private int step;

    MlpTraining(double[] x, ProbeData data, MlpOptions options) {
        this.x = x;
        this.data = data;
        this.options = options;
        this.random = new SplittableRandom(options.seed());
        int[] negatives = shuffledRows(false);
        int[] positives = shuffledRows(true);
        int heldNegatives = held(negatives.length);
        int heldPositives = held(positives.length);
        this.validation = joined(Arrays.copyOf(negatives, heldNegatives), Arrays.copyOf(positives, heldPositives));
        this.training = joined(
                Arrays.copyOfRange(negatives, heldNegatives, negatives.length),
                Arrays.copyOfRange(positives, heldPositives, positives.length));
        this.parameters = MlpParameters.random(data.width(), options.hidden(), random);
        this.first = new double[parameters.values().length];
        this.second = new double[first.length];
    }

    private int held(int rows) {
        return (int) Math.max(1, Math.min(rows - 1L, Math.round(rows * options.validationShare())));
    }

    private int[] shuffledRows(boolean label) {
        int[] rows = new int[data.rows()];
        int count = 0;
        for (int i = 0; i < rows.length; i++) {
            if (data.label(i) == label) {
                rows[count++] = i;
            }
        }
        int[] kept = Arrays.copyOf(rows, count);
        Shuffling.shuffle(kept, random);
        return kept;
    }

    private static int[] joined(int[] a, int[] b) {
        int[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    /** Returns the parameters of the epoch with the lowest validation loss. */
    MlpParameters run() {
        MlpParameters best = parameters.copy();
        double lowest = validationLoss();
        int waited = 0;
        for (int epoch = 0; epoch < options.epochs() && waited < options.patience(); epoch++) {
            Shuffling.shuffle(training, random);
            for (int from = 0; from < training.length; from += options.batch()) {
                int to = Math.min(training.length, from + options.batch());
                double passed = epoch + (double) from / training.length;
                update(from, to, options.learningRate() * (1 + Math.cos(Math.PI * passed / options.epochs())) / 2);
            }
            double loss = validationLoss();
            waited++;
            if (loss < lowest) {
                lowest = loss;
                best = parameters.copy();
                waited = 0;
            }
        }
        return best;
    }

    private double validationLoss() {
        double[] hidden = new double[options.hidden()];
        double loss = 0;
        for (int row : validation) {
            double score = parameters.score(x, row * data.width(), hidden);
            loss += LogisticObjective.logLoss(data.label(row) ? score : -score);
        }
        return loss / validation.length;
    }

    private void update(int from, int to, double rate) {
        double[] gradient = new double[first.length];
        double[] hidden = new double[options.hidden()];
        double[] inner = new double[options.hidden()];
        for (int i = from; i < to; i++) {
            int start = training[i] * data.width();
            double score = parameters.score(x, start, hidden);
            double slope = (LogisticObjective.sigmoid(score) - (data.label(training[i]) ? 1 : 0)) / (to - from);
            parameters.addGradient(x, start, slope, hidden, inner, gradient);
        }
        step++;
        double firstBias = 1 - Math.pow(BETA1, step);
        double secondBias = 1 - Math.pow(BETA2, step);
        double[] values = parameters.values();
        int matrix = data.width() * options.hidden();
        for (int i = 0; i < values.length; i++) {
            first[i] = BETA1 * first[i] + (1 - BETA1) * gradient[i];
            second[i] = BETA2 * second[i] + (1 - BETA2) * gradient[i] * gradient[i];
            double decay = i < matrix ? options.weightDecay() * values[i] : 0;
            values[i] -= rate * (first[i] / firstBias / (Math.sqrt(second[i] / secondBias) + EPSILON) + decay);
        }
    }
}
