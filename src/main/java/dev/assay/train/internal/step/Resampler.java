package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.Resampling;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.DictionaryParameters;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Carries out {@link Resampling} on a dictionary in training. */
final class Resampler {
    /** Keeps these draws apart from those of the start and of the shuffling. */
    private static final long SEED = 0x2545F4914F6CDD1DL;

    private final TrainingState state;
    private final TrainingPlan plan;
    private final DictionaryParameters p;
    private final NDArray pool;
    private final ActivationScale scale;
    private final SplittableRandom random;

    /**
     * Prepares the resampling after the steps that a state has taken.
     *
     * @param state changed
     * @param pool [rows, width], activations to draw from
     * @param scale what they are multiplied by in training
     */
    Resampler(TrainingState state, NDArray pool, ActivationScale scale) {
        this.state = state;
        this.pool = pool;
        this.scale = scale;
        this.plan = state.plan();
        this.p = state.parameters();
        this.random = new SplittableRandom((plan.seed() ^ SEED) + state.stepsTaken());
    }

    /**
     * Gives dead latents new starts.
     *
     * @return the number of latents with a new start
     */
    int resample() {
        NDArray dead = state.dead().dead();
        if (dead.size() == 0) {
            return 0;
        }
        long[] candidates = candidates((int) pool.getShape().get(0));
        double[] losses = losses(candidates);
        int[] drawn = draw(losses, (int) dead.size(), random);
        if (drawn.length == 0) {
            return 0;
        }
        long[] chosen = Arrays.stream(drawn).mapToLong(i -> candidates[i]).toArray();
        NDManager manager = p.encoder().getManager();
        NDArray latents = dead.get(new NDIndex("0:{}", chosen.length)).duplicate();
        BatchSlice rows = state.rows(rows(manager.create(chosen)));
        restart(latents, dead, rows);
        return chosen.length;
    }

    private NDArray rows(NDArray positions) {
        NDArray rows = Aten.indexSelect(pool, 0, positions);
        scale.apply_(rows, p.dIn());
        return rows;
    }

    /** The rows to look at: whole batches of them, in random order. */
    private long[] candidates(int rows) {
        int count = Math.min(plan.revival().resampling().inputs(), rows) / plan.batch() * plan.batch();
        long[] order = IntStream.range(0, rows).asLongStream().toArray();
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i, rows);
            long other = order[j];
            order[j] = order[i];
            order[i] = other;
        }
        return Arrays.copyOf(order, count);
    }

    private double[] losses(long[] candidates) {
        double[] losses = new double[candidates.length];
        for (int first = 0; first < losses.length; first += plan.batch()) {
            try (Scope scope = Scope.open()) {
                long[] batch = Arrays.copyOfRange(candidates, first, first + plan.batch());
                NDArray x = rows(p.encoder().getManager().create(batch));
                float[] found = state.squaredErrors(x).toFloatArray();
                for (int i = 0; i < found.length; i++) {
                    losses[first + i] = found[i];
                }
            }
        }
        return losses;
    }

    /**
     * Draws different numbers, one by one, each with probability ∝ loss² among those that are left: they are the ones for which an
     * exponential variable of rate loss² comes first.
     *
     * @param losses not negative; of no chance where 0
     * @param count how many, fewer if fewer have a chance
     * @param random decides
     * @return positions in the order of the draws
     */
    static int[] draw(double[] losses, int count, SplittableRandom random) {
        double[] arrivals = new double[losses.length];
        for (int i = 0; i < arrivals.length; i++) {
            arrivals[i] = -StrictMath.log(1 - random.nextDouble()) / (losses[i] * losses[i]);
        }
        return IntStream.range(0, arrivals.length)
                .filter(i -> losses[i] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> arrivals[i]))
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private void restart(NDArray latents, NDArray dead, BatchSlice rows) {
        NDArray target = rows.centre() == null ? rows.target() : rows.target().sub(rows.centre());
        NDArray size = livingNorm(dead).mul((float) plan.revival().resampling().encoderScale());
        Aten.indexCopy_(p.encoder(), 0, latents, unit(rows.centred()).mul(size));
        Aten.indexCopy_(p.decoder(), 0, latents, unit(target)); // of a tied dictionary, the encoder itself
        fill(p.encoderBias(), latents, 0);
        plan.method().extras().forEach((parameter, value) -> fill(p.get(parameter), latents, value));
        state.optimizer().restart(latents);
        fill(state.dead().silentFor(), latents, 0);
    }

    private static NDArray unit(NDArray rows) {
        return rows.div(Aten.rowNorms(rows).maximum(Float.MIN_NORMAL));
    }

    /** The mean norm of the encoder rows of latents that are not dead, or of all where none lives: a scalar. */
    private NDArray livingNorm(NDArray dead) {
        NDArray norms = Aten.rowNorms(p.encoder()).reshape(-1); // [d_sae]
        if (dead.size() == norms.size()) {
            return norms.mean();
        }
        NDArray living = norms.onesLike();
        fill(living, dead, 0);
        return norms.mul(living).sum().div(living.sum());
    }

    private static void fill(NDArray array, NDArray latents, double value) {
        NDArray zeros = Aten.indexSelect(array, 0, latents).zerosLike();
        Aten.indexCopy_(array, 0, latents, value == 0 ? zeros : zeros.add((float) value));
    }
}
