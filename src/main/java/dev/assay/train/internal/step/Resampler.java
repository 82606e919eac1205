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

/** Applies {@link Resampling} to a dictionary in training. */
final class Resampler {
    /** Makes the random numbers independent of initialization and shuffling. */
    private static final long SEED = 0x2545F4914F6CDD1DL;

    private final TrainingState state;
    private final TrainingPlan plan;
    private final DictionaryParameters p;
    private final NDArray pool;
    private final ActivationScale scale;
    private final SplittableRandom random;

    /**
     * Prepares the resampling at the current step of a state.
     *
     * @param state the state; changed in place
     * @param pool [rows, width], the activations to sample from
     * @param scale the factors of activations in training
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
     * Reinitializes dead latents.
     *
     * @return the number of reinitialized latents
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

    /** Returns the row indices to evaluate, whole batches in random order. */
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
                float[] errors = state.squaredErrors(x).toFloatArray();
                for (int i = 0; i < errors.length; i++) {
                    losses[first + i] = errors[i];
                }
            }
        }
        return losses;
    }

    /**
     * Samples indices without replacement, with probability ∝ loss² among the remaining indices. Equivalently, these are the smallest of
     * independent exponential variables with rates loss².
     *
     * @param losses non-negative losses; indices with loss 0 are never drawn
     * @param count the number of draws; fewer are returned if fewer losses are positive
     * @param random the source of randomness
     * @return indices in the order of the draws
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
        NDArray size =
                meanAliveNorm(dead).mul((float) plan.revival().resampling().encoderScale());
        Aten.indexCopy_(p.encoder(), 0, latents, unit(rows.centred()).mul(size));
        Aten.indexCopy_(p.decoder(), 0, latents, unit(target)); // the decoder of a tied dictionary is its encoder
        fill(p.encoderBias(), latents, 0);
        plan.method().extras().forEach((parameter, value) -> fill(p.get(parameter), latents, value));
        state.optimizer().restart(latents);
        fill(state.dead().silentFor(), latents, 0);
    }

    private static NDArray unit(NDArray rows) {
        return rows.div(Aten.rowNorms(rows).maximum(Float.MIN_NORMAL));
    }

    /** Returns the mean norm of the encoder rows of latents that are not dead, or of all latents if all are dead: a scalar. */
    private NDArray meanAliveNorm(NDArray dead) {
        NDArray norms = Aten.rowNorms(p.encoder()).reshape(-1); // [d_sae]
        if (dead.size() == norms.size()) {
            return norms.mean();
        }
        NDArray alive = norms.onesLike();
        fill(alive, dead, 0);
        return norms.mul(alive).sum().div(alive.sum());
    }

    private static void fill(NDArray array, NDArray latents, double value) {
        NDArray zeros = Aten.indexSelect(array, 0, latents).zerosLike();
        Aten.indexCopy_(array, 0, latents, value == 0 ? zeros : zeros.add((float) value));
    }
}
