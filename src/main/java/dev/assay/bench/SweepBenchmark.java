package dev.assay.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.activation.ActivationSource;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.train.SaeSweep;
import dev.assay.train.SaeTrainer;
import dev.assay.train.plan.SweepResult;
import dev.assay.train.spi.TrainingMethod;
import java.io.IOException;

/**
 * Measures a sweep from a live model relative to as many single runs. Members differ only in their seeds, so one single run represents all.
 * A sweep shares the harvest: with h seconds to harvest and t seconds to train on the same tokens, a sweep of n members takes at least
 * {@code (h + n·t) / (n·(h + t))} of the time of n single runs, which is the floor. Sweep and single run alternate, so that both run under
 * the same load.
 */
public final class SweepBenchmark {
    private static final int BATCHES_IN_BUFFER = 4;

    private final ActivationSource source;
    private final TrainingMethod method;
    private final int dSae;
    private final int batch;
    private final long tokens;

    private SweepBenchmark(ActivationSource source, TrainingMethod method, int dSae, int batch, long tokens) {
        this.source = source;
        this.method = method;
        this.dSae = dSae;
        this.batch = batch;
        this.tokens = tokens;
    }

    /**
     * Results over all counted rounds.
     *
     * @param members members of the sweep
     * @param tokens training tokens of each member
     * @param singleSeconds time of one single run, including filling its buffer
     * @param sweepSeconds time of the sweep
     * @param ratioToSingles the sweep divided by all single runs
     * @param floorRatio the ratio if only harvest and steps took time
     */
    public record Report(
            @JsonProperty("sweep_members") int members,
            @JsonProperty("sweep_tokens") long tokens,
            @JsonProperty("single_seconds") double singleSeconds,
            @JsonProperty("sweep_seconds") double sweepSeconds,
            @JsonProperty("sweep_ratio_to_singles") double ratioToSingles,
            @JsonProperty("sweep_floor_ratio") double floorRatio) {}

    /**
     * Runs the benchmark.
     *
     * @param source the activations
     * @param method the training method
     * @param dSae the number of latents
     * @param batch activations per step
     * @param members members of the sweep
     * @param batches steps of each run
     * @param rounds counted rounds
     * @return the results
     * @throws IOException if the text cannot be read
     */
    public static Report run(
            ActivationSource source, TrainingMethod method, int dSae, int batch, int members, int batches, int rounds)
            throws IOException {
        SweepBenchmark benchmark = new SweepBenchmark(source, method, dSae, batch, (long) batch * batches);
        LiveTrainingBenchmark.Report halves =
                LiveTrainingBenchmark.run(source, method, dSae, batch, BATCHES_IN_BUFFER, 1);
        double single = 0;
        double sweep = 0;
        for (int round = 0; round < rounds; round++) {
            single += benchmark.single() / rounds;
            sweep += benchmark.sweep(members) / rounds;
        }
        double harvest = 1 / halves.harvestTokensPerSecond();
        double train = 1 / halves.trainTokensPerSecond();
        double floor = (harvest + members * train) / (members * (harvest + train));
        return new Report(members, benchmark.tokens, single, sweep, sweep / (members * single), floor);
    }

    private SaeTrainer trainer(long seed) {
        return SaeTrainer.of(method).dictionarySize(dSae).seed(seed);
    }

    private double single() throws IOException {
        long start = System.nanoTime();
        SaeTrainer trainer = trainer(0)
                .source(source)
                .tokens(tokens)
                .batchSize(batch)
                .bufferRows(BATCHES_IN_BUFFER * batch)
                .progress(false);
        try (SparseAutoencoder trained = trainer.train()) {
            return (System.nanoTime() - start) / 1e9;
        }
    }

    private double sweep(int members) throws IOException {
        long start = System.nanoTime();
        SaeSweep sweep = SaeSweep.of(source)
                .tokens(tokens)
                .batchSize(batch)
                .bufferRows(BATCHES_IN_BUFFER * batch)
                .progress(false);
        for (int member = 0; member < members; member++) {
            long seed = member;
            sweep.member("seed" + seed, () -> trainer(seed));
        }
        try (SweepResult trained = sweep.train()) {
            return (System.nanoTime() - start) / 1e9;
        }
    }
}
