package dev.assay.train.sharded;

import dev.assay.InvalidInputException;
import dev.assay.train.plan.AuxiliaryLoss;

/**
 * The bytes that one worker sends per training step, on paper. With N workers, a batch of B rows and float32 numbers:
 *
 * <pre>
 * sum of n numbers over the workers   2 · 4n · (N − 1) / N     a part per worker, then all parts to all
 * TopK selection                      4Bk · (N − 1) / N        the k largest scores of each row
 *                                   + 4B · (N − 1) / N         the number of selected entries per worker
 * BatchTopK selection                 1 bound, 4 histograms of 256 counts, 1 count per slice
 * reconstruction                      sum of B · d_out numbers
 * </pre>
 *
 * <p>With a centred input the gradient of the decoder bias adds a sum of d_in numbers. A step with dead latents adds a sum of B numbers and one
 * of B · d_out numbers; if a row has more positive pre-activations of dead latents than are used, also the largest of them. The rest are a few
 * numbers per slice. No term grows with the number of latents, and the largest ones do not grow with the number of workers.
 *
 * @param selection bytes from which the selected latents follow
 * @param reconstruction bytes of the reconstruction
 * @param centre bytes of the gradient through the centred input
 * @param auxiliary bytes of the auxiliary loss
 * @param numbers bytes of counts and norms
 * @param rounds exchanges, each of which waits for the slowest message
 * @param messages messages that a worker sends
 */
public record StepTraffic(
        double selection,
        double reconstruction,
        double centre,
        double auxiliary,
        double numbers,
        int rounds,
        int messages) {
    private static final double BYTES_PER_GIGABIT = 1e9 / Byte.SIZE;
    private static final int SAMPLE_ROWS = 64;
    private static final int BINS = 256;
    private static final int PASSES = 4;
    /** The parameters of a dictionary whose gradients have norms: encoder, encoder bias, decoder, decoder bias. */
    private static final int PARAMETERS = 4;

    /**
     * Sizes of a run.
     *
     * @param batch rows per step
     * @param dIn width of the activations
     * @param dOut width of the reconstruction
     * @param k selected latents per row
     * @param selectsOverBatch whether the largest entries of the whole batch are selected
     * @param centresInput whether the decoder bias is subtracted from the input
     */
    public record Sizes(int batch, int dIn, int dOut, int k, boolean selectsOverBatch, boolean centresInput) {}

    /** How much of the auxiliary loss a step computes. */
    public enum Auxiliary {
        /** No latent is dead. */
        NONE,
        /** All positive pre-activations of dead latents are used. */
        ALL_POSITIVE,
        /** The largest pre-activations of dead latents are selected. */
        SELECTED
    }

    /**
     * Computes the bytes of a step. They are exact if the number of workers is a power of two that divides the batch, the widths and the
     * slices, and every worker has at least k latents.
     *
     * @param sizes of the run
     * @param slices number of slices
     * @param workers number of workers
     * @param auxiliary how much of the auxiliary loss the step computes
     * @return the bytes
     */
    public static StepTraffic of(Sizes sizes, int slices, int workers, Auxiliary auxiliary) {
        InvalidInputException.require(
                workers >= 1 && workers <= slices,
                () -> "the number of workers is " + workers + ", expected 1 to the " + slices + " slices");
        Terms terms = new Terms(workers, slices);
        double batch = sizes.batch();
        double reconstruction = terms.sum(batch * sizes.dOut());
        double numbers = terms.perSlice(1) * 2 + terms.perSlice(PARAMETERS); // L0, dead latents, norms
        int rounds = 2 + 3;
        double selection;
        if (sizes.selectsOverBatch()) {
            int sampled = Math.min(SAMPLE_ROWS, sizes.batch());
            selection =
                    terms.toFirst(2.0 * sizes.k() * sampled) + terms.perSlice(1) * 2 + PASSES * terms.perSlice(BINS);
            numbers += terms.perSlice(1); // the smallest code
            rounds += 2 + 2 + PASSES + 1;
        } else {
            selection = terms.rows(batch, sizes.k());
            rounds += 2;
        }
        double centre = sizes.centresInput() ? terms.sum(sizes.dIn()) : 0;
        rounds += sizes.centresInput() ? 2 : 0;
        double losses = 0;
        if (auxiliary != Auxiliary.NONE) {
            losses = terms.sum(batch) + terms.sum(batch * sizes.dOut());
            rounds += 4;
        }
        if (auxiliary == Auxiliary.SELECTED) {
            losses += terms.rows(batch, AuxiliaryLoss.latentsPerRow(sizes.dOut(), Integer.MAX_VALUE));
            rounds += 2;
        }
        return new StepTraffic(selection, reconstruction, centre, losses, numbers, rounds, rounds * (workers - 1));
    }

    /** The terms of {@link StepTraffic}, in bytes. */
    private record Terms(int workers, int slices) {
        double sum(double numbers) {
            return 2 * rest(numbers * Float.BYTES);
        }

        double rows(double rows, double perRow) {
            return rest(rows * perRow * Float.BYTES) + rest(rows * Float.BYTES);
        }

        /** The part of an array that belongs to other workers. */
        double rest(double bytes) {
            return bytes * (workers - 1) / workers;
        }

        /** Numbers in float64 of each slice, to every other worker. */
        double perSlice(double numbers) {
            return numbers * Double.BYTES * slices / workers * (workers - 1);
        }

        /** Scores from every worker to the last one, which has the only row; that of a worker that sends. */
        double toFirst(double scores) {
            return workers == 1 ? 0 : scores * Float.BYTES;
        }
    }

    /**
     * Returns the sum of all terms.
     *
     * @return bytes that one worker sends per step
     */
    public double bytes() {
        return selection + reconstruction + centre + auxiliary + numbers;
    }

    /**
     * Returns the time of the messages of a step if nothing is computed meanwhile.
     *
     * @param network its speed
     * @return seconds; 0 for one worker
     */
    public double seconds(Network network) {
        if (messages == 0) {
            return 0;
        }
        return bytes() / (network.gigabits() * BYTES_PER_GIGABIT)
                + (rounds * network.roundMicroseconds() + messages * network.messageMicroseconds()) / 1e6;
    }

    /**
     * An assumed network.
     *
     * @param gigabits per second of the network interface of a worker, in each direction
     * @param roundMicroseconds latency of one exchange
     * @param messageMicroseconds time of the sender per message
     */
    public record Network(double gigabits, double roundMicroseconds, double messageMicroseconds) {
        /** Checks the ranges. */
        public Network {
            InvalidInputException.require(gigabits > 0, "network bandwidth", gigabits, "a positive number of gigabits");
            InvalidInputException.require(roundMicroseconds >= 0, "network latency", roundMicroseconds, "0 or more");
            InvalidInputException.require(
                    messageMicroseconds >= 0, "time per message", messageMicroseconds, "0 or more");
        }

        /**
         * Returns the usual assumptions for machines in one data centre.
         *
         * @return 10 Gb/s, 100 µs per exchange, 5 µs per message
         */
        public static Network usual() {
            return new Network(10, 100, 5);
        }
    }
}
