package dev.assay.evaluate.concept;

import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.evaluate.probe.LogisticRegression;
import dev.assay.evaluate.probe.ProbeData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * K-sparse probes of one concept. Latents are added one after the other: each time the latent whose standardised activation correlates most
 * with the residual of the probe so far (orthogonal matching pursuit on the logistic loss), then all weights are fitted again.
 */
final class LatentPursuit {
    private final LabelledCodes training;
    private final double[] mean;
    private final double[] deviation;

    LatentPursuit(LabelledCodes training) {
        this.training = training;
        double[] ones = new double[training.tokens()];
        Arrays.fill(ones, 1.0 / training.tokens());
        mean = training.sums(ones, 1);
        deviation = training.sums(ones, 2);
        Arrays.setAll(deviation, latent -> Math.sqrt(Math.max(0, deviation[latent] - mean[latent] * mean[latent])));
    }

    /**
     * Fits probes of 1 to k latents.
     *
     * @param concept index of a concept that some and not all training tokens have
     * @param k the largest number of latents
     * @return the probes in ascending order; fewer if no further latent is active
     */
    List<SparseConceptProbe> fit(int concept, int k) {
        boolean[] labels = training.has(concept);
        List<SparseConceptProbe> probes = new ArrayList<>();
        int[] selected = new int[0];
        double[] residual = residual(labels, new double[labels.length]);
        while (selected.length < k) {
            int next = mostCorrelated(residual, selected);
            if (next < 0) {
                break;
            }
            selected = Arrays.copyOf(selected, selected.length + 1);
            selected[selected.length - 1] = next;
            ProbeData data = ProbeData.of(training.columns(selected), selected.length, labels);
            LinearProbe probe = LogisticRegression.withC(1)
                    .standardized()
                    .tolerance(1e-6)
                    .fit(data)
                    .probe();
            double[] scores = probe.scores(data);
            probes.add(new SparseConceptProbe(selected, probe, F1Threshold.select(scores, labels)));
            residual = residual(labels, scores);
        }
        return probes;
    }

    /** Returns y − p, centred, so that the constant has no part in the correlations. */
    private static double[] residual(boolean[] labels, double[] scores) {
        double[] residual = new double[labels.length];
        double sum = 0;
        for (int token = 0; token < residual.length; token++) {
            residual[token] = (labels[token] ? 1 : 0) - 1 / (1 + Math.exp(-scores[token]));
            sum += residual[token];
        }
        double mean = sum / residual.length;
        Arrays.setAll(residual, token -> residual[token] - mean);
        return residual;
    }

    private int mostCorrelated(double[] residual, int[] selected) {
        double[] products = training.sums(residual, 1);
        int best = -1;
        double largest = 0;
        for (int latent = 0; latent < products.length; latent++) {
            int candidate = latent;
            double correlation = deviation[latent] == 0 ? 0 : Math.abs(products[latent]) / deviation[latent];
            if (correlation > largest && Arrays.stream(selected).noneMatch(other -> other == candidate)) {
                best = latent;
                largest = correlation;
            }
        }
        return best;
    }
}
