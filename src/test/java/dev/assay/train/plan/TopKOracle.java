package dev.assay.train.plan;

import dev.assay.sae.TopK;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Reference implementation of the TopK loss: dense, in float64. The selection of latents is fixed at the given parameters, as in the
 * differentiation of the loss.
 */
public final class TopKOracle {
    public final double[][] encoder;
    public final double[] encoderBias;
    public final double[][] decoder;
    public final double[] decoderBias;
    private final TopK architecture;
    private final boolean centres;
    private final AuxiliaryLoss auxiliary;
    private final int[] dead;
    private int[][] selected;
    private int[][] selectedDead;
    private double[][] residual;

    public TopKOracle(
            double[][] encoder,
            double[] encoderBias,
            double[][] decoder,
            double[] decoderBias,
            TopK architecture,
            boolean centres,
            AuxiliaryLoss auxiliary,
            int[] dead) {
        this.encoder = encoder;
        this.encoderBias = encoderBias;
        this.decoder = decoder;
        this.decoderBias = decoderBias;
        this.architecture = architecture;
        this.centres = centres;
        this.auxiliary = auxiliary;
        this.dead = dead;
    }

    /** Fixes the selection of latents and the residual of the auxiliary loss at the current parameters. */
    public void freeze(double[][] x) {
        selected = new int[x.length][];
        selectedDead = new int[x.length][];
        residual = new double[x.length][];
        for (int row = 0; row < x.length; row++) {
            double[] scores = scores(x[row]);
            selected[row] = largest(scores, IntStream.range(0, scores.length).toArray(), architecture.k());
            int count = AuxiliaryLoss.latentsPerRow(x[row].length, dead.length);
            selectedDead[row] = largest(scores, dead, count);
        }
        for (int row = 0; row < x.length; row++) {
            residual[row] = minus(x[row], reconstruct(x[row], selected[row], true, true));
        }
    }

    public double loss(double[][] x) {
        double squared = 0;
        double auxiliarySquared = 0;
        for (int row = 0; row < x.length; row++) {
            squared += squares(minus(reconstruct(x[row], selected[row], true, true), x[row]));
            boolean scaled = auxiliary.convention() == AuxiliaryLoss.Convention.SCALED;
            double[] revived = reconstruct(x[row], selectedDead[row], !scaled, scaled);
            auxiliarySquared += squares(minus(revived, residual[row]));
        }
        return squared / x.length + weight(x) * auxiliarySquared / x.length;
    }

    private double weight(double[][] x) {
        if (dead.length == 0) {
            return 0;
        }
        int width = x[0].length;
        if (auxiliary.convention() == AuxiliaryLoss.Convention.SCALED) {
            return auxiliary.coefficient() * Math.min((double) dead.length / (width / 2), 1);
        }
        double variance = 0;
        for (int i = 0; i < width; i++) {
            int column = i;
            double mean = Arrays.stream(residual)
                    .mapToDouble(r -> r[column])
                    .average()
                    .orElseThrow();
            variance += Arrays.stream(residual)
                    .mapToDouble(r -> (r[column] - mean) * (r[column] - mean))
                    .average()
                    .orElseThrow();
        }
        return auxiliary.coefficient() / variance;
    }

    private double[] reconstruct(double[] x, int[] latents, boolean rectified, boolean biased) {
        double[] sum = biased ? decoderBias.clone() : new double[x.length];
        for (int latent : latents) {
            double value = preActivation(x, latent);
            value = rectified ? Math.max(value, 0) : value;
            for (int i = 0; i < sum.length; i++) {
                sum[i] += value * decoder[latent][i];
            }
        }
        return sum;
    }

    private double preActivation(double[] x, int latent) {
        double sum = encoderBias[latent];
        for (int i = 0; i < x.length; i++) {
            sum += (x[i] - (centres ? decoderBias[i] : 0)) * encoder[latent][i];
        }
        return sum;
    }

    private double[] scores(double[] x) {
        return IntStream.range(0, encoder.length)
                .mapToDouble(latent -> preActivation(x, latent)
                        * (architecture.rescaleByDecoderNorm() ? Math.sqrt(squares(decoder[latent])) : 1))
                .toArray();
    }

    private static int[] largest(double[] scores, int[] among, int count) {
        return Arrays.stream(among)
                .boxed()
                .sorted(Comparator.comparingDouble(latent -> -scores[latent]))
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static double[] minus(double[] a, double[] b) {
        double[] difference = a.clone();
        for (int i = 0; i < a.length; i++) {
            difference[i] -= b[i];
        }
        return difference;
    }

    private static double squares(double[] v) {
        return Arrays.stream(v).map(e -> e * e).sum();
    }
}
