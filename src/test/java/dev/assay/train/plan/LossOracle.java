package dev.assay.train.plan;

import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.GatedTraining;
import dev.assay.train.method.JumpReluPenalty;
import dev.assay.train.method.JumpReluTraining;
import dev.assay.train.method.MatryoshkaTraining;
import dev.assay.train.method.PAnnealingTraining;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.TrainingMethod;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Reference implementation of the loss of every method: dense, in float64. {@link #freeze()} fixes all quantities without a gradient at the
 * given parameters: selected latents, positions of jumps, detached values. A jump is replaced by a line with the slope of its
 * straight-through gradient, so that finite differences equal the defined gradients.
 */
public final class LossOracle {
    public final Map<Parameter, double[][]> parameters;
    private final TrainingMethod method;
    private final boolean centres;
    private final double[][] x;
    private final double[][] target;
    private final int[] dead;
    private final Map<Parameter, double[][]> frozen = new EnumMap<>(Parameter.class);
    private boolean[][] on; // selected, or above the threshold
    private double[][] window; // slope of the straight-through gradient

    LossOracle(
            TrainingMethod method,
            boolean centres,
            Map<Parameter, double[][]> parameters,
            double[][] x,
            double[][] target,
            int[] dead) {
        this.method = method;
        this.centres = centres;
        this.parameters = parameters;
        this.x = x;
        this.target = target;
        this.dead = dead;
    }

    /** Fixes all quantities without a gradient at the current parameters. */
    void freeze() {
        parameters.forEach((parameter, array) ->
                frozen.put(parameter, Arrays.stream(array).map(double[]::clone).toArray(double[][]::new)));
        on = new boolean[x.length][dSae()];
        window = new double[x.length][dSae()];
        if (method instanceof TopKTraining topK) {
            for (int row = 0; row < x.length; row++) {
                select(
                        List.of(row),
                        topK.architecture().k(),
                        topK.architecture().rescaleByDecoderNorm());
            }
        } else if (method instanceof BatchTopKTraining batch) {
            select(allRows(), (int) (batch.k() * x.length), batch.rescaleByDecoderNorm());
        } else if (method instanceof MatryoshkaTraining matryoshka) {
            BatchTopKTraining batch = matryoshka.selection();
            select(allRows(), (int) (batch.k() * x.length), batch.rescaleByDecoderNorm());
        } else if (method instanceof JumpReluTraining jump) {
            for (int row = 0; row < x.length; row++) {
                for (int l = 0; l < dSae(); l++) {
                    double above = pre(row, l) - threshold(jump, l);
                    on[row][l] = above > 0;
                    window[row][l] = Math.abs(above) < jump.bandwidth() / 2 ? 1 / jump.bandwidth() : 0;
                }
            }
        }
    }

    private List<Integer> allRows() {
        return IntStream.range(0, x.length).boxed().toList();
    }

    private void select(List<Integer> rows, int count, boolean rescales) {
        rows.stream()
                .flatMap(row -> IntStream.range(0, dSae()).mapToObj(l -> new int[] {row, l}))
                .filter(position -> pre(position[0], position[1]) > 0)
                .sorted(Comparator.comparingDouble(
                        position -> -pre(position[0], position[1]) * (rescales ? norm(position[1]) : 1)))
                .limit(count)
                .forEach(position -> on[position[0]][position[1]] = true);
    }

    public double loss() {
        double[][] codes = new double[x.length][dSae()];
        double penalty = 0;
        for (int row = 0; row < x.length; row++) {
            for (int l = 0; l < dSae(); l++) {
                codes[row][l] = code(row, l);
            }
        }
        if (method instanceof MatryoshkaTraining matryoshka) {
            double sum = 0;
            for (int g = 0; g < matryoshka.widths().size(); g++) {
                int width = matryoshka.widths().get(g);
                double[][] prefix = Arrays.stream(codes)
                        .map(row -> Arrays.copyOf(Arrays.copyOf(row, width), dSae()))
                        .toArray(double[][]::new);
                sum += matryoshka.weights().get(g) * squaredError(prefix, parameters);
            }
            return sum;
        }
        if (method instanceof StandardTraining standard) {
            penalty = standard.coefficient() * lp(codes, standard.p(), true, standard.normWeighted());
        } else if (method instanceof PAnnealingTraining annealing) {
            penalty = annealing.coefficient() * lp(codes, annealing.pStart(), annealing.root(), false);
        } else if (method instanceof GatedTraining gated) {
            penalty = gate(gated);
        } else if (method instanceof JumpReluTraining jump) {
            penalty = jumps(jump, codes) + deadPreActivations(jump);
        }
        return squaredError(codes, parameters) + penalty;
    }

    private double code(int row, int l) {
        double pre = pre(row, l);
        if (method instanceof GatedTraining) {
            double e = pre - vector(Parameter.ENCODER_BIAS, l);
            double magnitude = e * Math.exp(vector(Parameter.MAGNITUDE_SCALE, l)) + vector(Parameter.MAGNITUDE_BIAS, l);
            return pre > 0 ? Math.max(magnitude, 0) : 0;
        }
        if (method instanceof JumpReluTraining jump) {
            double start = frozenThreshold(jump, l);
            return (on[row][l] ? pre : 0) - start * window[row][l] * (threshold(jump, l) - start);
        }
        boolean selects = method.activeLatents() > 0;
        return selects && !on[row][l] ? 0 : Math.max(pre, 0);
    }

    private double lp(double[][] codes, double p, boolean root, boolean normWeighted) {
        double sum = 0;
        for (double[] row : codes) {
            double powers = 0;
            for (int l = 0; l < row.length; l++) {
                powers += row[l] > 0 ? Math.pow(row[l] * (normWeighted ? norm(l) : 1), p) : 0;
            }
            sum += root ? Math.pow(powers, 1 / p) : powers;
        }
        return sum / codes.length;
    }

    private double gate(GatedTraining gated) {
        double[][] open = new double[x.length][dSae()];
        double sum = 0;
        for (int row = 0; row < x.length; row++) {
            for (int l = 0; l < dSae(); l++) {
                open[row][l] = Math.max(pre(row, l), 0);
                sum += open[row][l] * (gated.normWeighted() ? norm(l) : 1);
            }
        }
        boolean attached = gated.auxiliary() == GatedTraining.Auxiliary.ATTACHED;
        return gated.coefficient() * sum / x.length + squaredError(open, attached ? parameters : frozen);
    }

    private double jumps(JumpReluTraining jump, double[][] codes) {
        double l0 = 0;
        double tanhs = 0;
        JumpReluPenalty penalty = jump.penalty();
        boolean silentAsZero = penalty instanceof JumpReluPenalty.Target target && target.silentAsZero();
        for (int row = 0; row < x.length; row++) {
            for (int l = 0; l < dSae(); l++) {
                double start = frozenThreshold(jump, l);
                boolean counts = on[row][l] || silentAsZero && start < 0;
                double slope = window[row][l];
                if (silentAsZero && !on[row][l]) {
                    slope = Math.abs(start) < jump.bandwidth() / 2 ? 1 / jump.bandwidth() : 0;
                }
                l0 += (counts ? 1 : 0) - slope * (threshold(jump, l) - start);
                if (penalty instanceof JumpReluPenalty.Tanh tanh) {
                    tanhs += Math.tanh(tanh.scale() * codes[row][l] * norm(l));
                }
            }
        }
        if (penalty instanceof JumpReluPenalty.Tanh tanh) {
            return tanh.coefficient() * tanhs / x.length;
        }
        if (penalty instanceof JumpReluPenalty.Target target) {
            return target.coefficient() * Math.pow(l0 / x.length / target.l0() - 1, 2);
        }
        return penalty.coefficient() * l0 / x.length;
    }

    private double deadPreActivations(JumpReluTraining jump) {
        double sum = 0;
        for (int row = 0; row < x.length; row++) {
            for (int l : dead) {
                sum += Math.max(threshold(jump, l) - pre(row, l), 0) * norm(l);
            }
        }
        return jump.deadCoefficient() * sum / x.length;
    }

    private double threshold(JumpReluTraining jump, int l) {
        return threshold(jump, vector(Parameter.THRESHOLD, l));
    }

    private double frozenThreshold(JumpReluTraining jump, int l) {
        return threshold(jump, frozen.get(Parameter.THRESHOLD)[0][l]);
    }

    private static double threshold(JumpReluTraining jump, double stored) {
        return jump.threshold() == JumpReluTraining.Threshold.LOGARITHM ? Math.exp(stored) : stored;
    }

    /** Returns E‖x̂ − y‖², decoded with the given parameters. */
    private double squaredError(double[][] codes, Map<Parameter, double[][]> by) {
        double sum = 0;
        double[][] decoder = by.getOrDefault(Parameter.DECODER, by.get(Parameter.ENCODER));
        for (int row = 0; row < x.length; row++) {
            for (int i = 0; i < target[row].length; i++) {
                double value = by.containsKey(Parameter.DECODER_BIAS) ? by.get(Parameter.DECODER_BIAS)[0][i] : 0;
                for (int l = 0; l < codes[row].length; l++) {
                    value += codes[row][l] * decoder[l][i];
                }
                if (by.containsKey(Parameter.SKIP)) {
                    value += dot(x[row], by.get(Parameter.SKIP)[i]);
                }
                sum += (value - target[row][i]) * (value - target[row][i]);
            }
        }
        return sum / x.length;
    }

    private double pre(int row, int l) {
        double sum = vector(Parameter.ENCODER_BIAS, l);
        double[] direction = parameters.get(Parameter.ENCODER)[l];
        for (int i = 0; i < direction.length; i++) {
            sum += (x[row][i] - (centres ? vector(Parameter.DECODER_BIAS, i) : 0)) * direction[i];
        }
        return sum;
    }

    private double vector(Parameter parameter, int i) {
        return parameters.get(parameter)[0][i];
    }

    private double norm(int l) {
        double[] row = parameters.getOrDefault(Parameter.DECODER, parameters.get(Parameter.ENCODER))[l];
        return Math.sqrt(dot(row, row));
    }

    private int dSae() {
        return parameters.get(Parameter.ENCODER).length;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
