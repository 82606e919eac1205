package dev.assay.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.ModelActivationSource;
import dev.assay.activation.StreamPosition;
import dev.assay.io.AtomicFolder;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.MemoryUse;
import dev.assay.tensor.Pending;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.Corpus;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.train.SaeTrainer;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.metrics.TrainingListener;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.TrainingMethod;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * Measures a whole job, from text and a model in a folder to a saved dictionary, next to the sum of its parts: loading the model, computing
 * the activations of the text once, and the training steps. The parts are measured after the job on some of its tokens.
 */
public final class JobBenchmark {
    private static final long SAMPLE_TOKENS = 1 << 16;
    private static final int SAMPLE_STEPS = 20;

    /**
     * A job.
     *
     * @param model the folder or the name of the model
     * @param corpus creates the corpus of a tokenizer
     * @param site the site
     * @param method the training method
     * @param dSae the number of latents
     * @param tokens training tokens, repeats counted
     * @param batch activations per step
     */
    public record Job(
            String model,
            Function<Tokenizer, Corpus> corpus,
            HookPoint site,
            TrainingMethod method,
            int dSae,
            long tokens,
            int batch) {}

    /**
     * Results. CPU time is that of all threads of the process.
     *
     * @param seconds time of the job
     * @param cpuSeconds CPU time of the job
     * @param tokensPerSecond training tokens divided by the time
     * @param cpuSecondsPerMillion CPU time per million training tokens
     * @param peakBytes the largest resident size until the end of the job, or −1 on systems other than Linux
     * @param computedTokens tokens that the model computed
     * @param explainedVariance of the last batch
     * @param loadCpuSeconds CPU time to load the model
     * @param harvestCpuSeconds CPU time to compute the activations once, tokenizer included
     * @param trainCpuSeconds CPU time of the steps alone
     * @param partsCpuSeconds the sum of the three
     * @param ratioToParts CPU time of the job divided by the sum
     */
    public record Report(
            @JsonProperty("job_seconds") double seconds,
            @JsonProperty("job_cpu_seconds") double cpuSeconds,
            @JsonProperty("job_tokens_per_second") double tokensPerSecond,

            @JsonProperty("job_cpu_seconds_per_million_tokens")
            double cpuSecondsPerMillion,

            @JsonProperty("job_peak_rss_bytes") long peakBytes,
            @JsonProperty("job_computed_tokens") long computedTokens,
            @JsonProperty("job_explained_variance") double explainedVariance,
            @JsonProperty("load_cpu_seconds") double loadCpuSeconds,
            @JsonProperty("harvest_cpu_seconds") double harvestCpuSeconds,
            @JsonProperty("train_cpu_seconds") double trainCpuSeconds,
            @JsonProperty("parts_cpu_seconds") double partsCpuSeconds,
            @JsonProperty("job_ratio_to_parts") double ratioToParts) {}

    private final Job job;
    private final long cacheBytes;
    private long computed;
    private double loadCpu;

    private JobBenchmark(Job job, long cacheBytes) {
        this.job = job;
        this.cacheBytes = cacheBytes;
    }

    /**
     * Runs the job and then its parts.
     *
     * @param job the job; its results are written to a temporary folder and deleted
     * @param cacheBytes activations to keep for further epochs, see {@code --cache-bytes}
     * @return the results
     * @throws IOException if a file cannot be read or written
     */
    public static Report run(Job job, long cacheBytes) throws IOException {
        return new JobBenchmark(job, cacheBytes).run();
    }

    private Report run() throws IOException {
        long start = System.nanoTime();
        double cpu = cpuSeconds();
        double variance = train();
        double seconds = (System.nanoTime() - start) / 1e9;
        double used = cpuSeconds() - cpu;
        long peak = MemoryUse.peakResidentBytes();
        try (HookedTransformer model = HookedTransformer.load(job.model());
                Autograd off = Autograd.off()) {
            ModelActivationSource source = source(model);
            double harvest = computed * harvestCpuPerToken(source);
            double steps = job.tokens() / job.batch() * (double) job.batch() * trainCpuPerToken(source);
            double parts = loadCpu + harvest + steps;
            return new Report(
                    seconds,
                    used,
                    job.tokens() / seconds,
                    used / job.tokens() * 1e6,
                    peak,
                    computed,
                    variance,
                    loadCpu,
                    harvest,
                    steps,
                    parts,
                    used / parts);
        }
    }

    private static double cpuSeconds() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime() / 1e9
                : Double.NaN;
    }

    private ModelActivationSource source(HookedTransformer model) {
        return ActivationSource.of(model, job.site(), job.corpus().apply(model.tokenizer()));
    }

    private SaeTrainer trainer(ActivationSource source) {
        return SaeTrainer.of(job.method())
                .source(source)
                .dictionarySize(job.dSae())
                .tokens(job.tokens())
                .batchSize(job.batch())
                .progress(false);
    }

    /** Runs the job and returns the explained variance of the last batch. */
    private double train() throws IOException {
        Path folder = Files.createTempDirectory("assay-job");
        double cpu = cpuSeconds();
        try (HookedTransformer model = HookedTransformer.load(job.model())) {
            loadCpu = cpuSeconds() - cpu;
            ModelActivationSource source = source(model);
            AtomicReference<Double> variance = new AtomicReference<>(Double.NaN);
            TrainingListener last = (progress, metrics) -> {
                if (metrics.containsKey("metrics/explained_variance")) {
                    variance.set(metrics.get("metrics/explained_variance").doubleValue());
                }
            };
            Path run = folder.resolve("run");
            SparseAutoencoder trained = trainer(source)
                    .output(run)
                    .cacheBytes(cacheBytes)
                    .listener(last)
                    .train(sae -> sae.save(run));
            trained.close();
            long read = source.usage().perFile().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            computed = read == 0 ? job.tokens() : read;
            return variance.get();
        } finally {
            AtomicFolder.delete(folder);
        }
    }

    private double harvestCpuPerToken(ActivationSource source) throws IOException {
        try (ActivationStream stream = source.open(StreamPosition.START)) {
            long tokens = 0;
            double start = cpuSeconds();
            while (tokens < Math.min(SAMPLE_TOKENS, job.tokens())) {
                try (Scope scope = Scope.open()) {
                    tokens += stream.next().tokens().length;
                }
            }
            return (cpuSeconds() - start) / tokens;
        }
    }

    private double trainCpuPerToken(ActivationSource source) throws IOException {
        TrainingPlan plan = trainer(source).plan();
        int width = source.width();
        try (NDManager manager = TorchEngine.newManager(source.device());
                TrainingState state =
                        new TrainingState(manager, plan, InitialDictionary.of(manager, plan, width, width))) {
            NDArray batch = Scope.detached(() -> manager.randomNormal(new Shape(job.batch(), width)));
            state.step(batch);
            double start = cpuSeconds();
            for (int i = 0; i < SAMPLE_STEPS; i++) {
                state.step(batch);
            }
            Pending.await(manager);
            return (cpuSeconds() - start) / ((double) SAMPLE_STEPS * job.batch());
        }
    }
}
