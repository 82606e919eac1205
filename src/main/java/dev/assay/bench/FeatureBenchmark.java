package dev.assay.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.Stopwatch;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Measures the collection of a feature store relative to running only the model and the dictionary over the same text, and the reading of
 * the store. Compared tasks alternate, so that all run under the same load.
 */
public final class FeatureBenchmark {
    private static final int OPENINGS = 21;
    private static final int LATENTS_REPORTED = 200;

    private FeatureBenchmark() {}

    /**
     * Results, medians over all rounds.
     *
     * @param tokens number of tokens in the statistics
     * @param latents number of latents of the dictionary
     * @param l0 mean number of active latents per token
     * @param plainTokensPerSecond speed of model and dictionary alone
     * @param buildTokensPerSecond speed of the collection
     * @param buildRatio median over rounds of the time alone divided by the time of the collection right after it
     * @param buildWorkRatio the same ratio of CPU times, which are less sensitive to other programs
     * @param bytesPerActivation size of the store divided by the number of its activations
     * @param openMilliseconds time to open the store
     * @param firstReportMilliseconds time of the first {@link FeatureInspector#feature} of this process, after the store was opened and its
     *     inspector created
     * @param reportMilliseconds median time of later reports
     * @param slowestReportMilliseconds longest time of 200 latents
     */
    public record Report(
            @JsonProperty("tokens") long tokens,
            @JsonProperty("latents") int latents,
            @JsonProperty("l0") double l0,

            @JsonProperty("harvest_encode_tokens_per_second")
            double plainTokensPerSecond,

            @JsonProperty("feature_build_tokens_per_second") double buildTokensPerSecond,

            @JsonProperty("feature_build_ratio_to_harvest_encode")
            double buildRatio,

            @JsonProperty("feature_build_cpu_ratio_to_harvest_encode")
            double buildWorkRatio,

            @JsonProperty("feature_bytes_per_activation") double bytesPerActivation,
            @JsonProperty("feature_open_ms") double openMilliseconds,
            @JsonProperty("feature_report_first_ms") double firstReportMilliseconds,
            @JsonProperty("feature_report_ms") double reportMilliseconds,
            @JsonProperty("feature_report_slowest_ms") double slowestReportMilliseconds) {}

    /**
     * Runs the benchmark.
     *
     * @param model the model
     * @param sae a dictionary whose metadata have the hook point
     * @param corpus the text
     * @param tokens number of tokens per round
     * @param rounds number of counted rounds, after a short warm-up
     * @param folder folder of the store, missing or a store; it is kept
     * @return the results
     * @throws IOException if the text cannot be read or the disk fails
     */
    public static Report run(
            HookedTransformer model, SparseAutoencoder sae, Corpus corpus, long tokens, int rounds, Path folder)
            throws IOException {
        FeatureCollector warmUp = FeatureCollector.of(model, sae, corpus).tokens(Math.max(1, tokens / 20));
        warmUp.encodeOnly();
        warmUp.collect(folder);
        FeatureCollector collector = FeatureCollector.of(model, sae, corpus).tokens(tokens);
        List<Double> ratios = new ArrayList<>();
        List<Double> workRatios = new ArrayList<>();
        Stopwatch plain = new Stopwatch();
        Stopwatch build = new Stopwatch();
        for (int round = 0; round < rounds; round++) {
            Stopwatch alone = new Stopwatch();
            Stopwatch whole = new Stopwatch();
            double begin = work();
            plain.time(true, () -> alone.time(true, collector::encodeOnly));
            double middle = work();
            build.time(true, () -> whole.time(true, () -> collector.collect(folder)));
            ratios.add(alone.median() / whole.median());
            workRatios.add((middle - begin) / (work() - middle));
        }
        FeatureStore store = FeatureStore.open(folder);
        FeatureInspector inspector = FeatureInspector.of(model, sae, store);
        double first = milliseconds(inspector, store.latents() / 2);
        double[] reports = reports(inspector, store.latents());
        return new Report(
                store.tokens(),
                store.latents(),
                (double) store.activations() / store.tokens(),
                store.tokens() / plain.median(),
                store.tokens() / build.median(),
                median(ratios),
                median(workRatios),
                (double) store.bytes() / store.activations(),
                openings(folder),
                first,
                reports[reports.length / 2],
                reports[reports.length - 1]);
    }

    private static double median(List<Double> ratios) {
        return ratios.stream().sorted().skip(ratios.size() / 2).findFirst().orElseThrow();
    }

    /** Returns the CPU time of this process in seconds; NaN on systems that do not report it. */
    private static double work() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(time -> time.toNanos() / 1e9)
                .orElse(Double.NaN);
    }

    private static double openings(Path folder) throws IOException {
        Stopwatch watch = new Stopwatch();
        for (int i = 0; i < OPENINGS; i++) {
            watch.time(true, () -> FeatureStore.open(folder));
        }
        return watch.median() * 1e3;
    }

    /** Returns the milliseconds for latents spread over the dictionary, in ascending order. */
    private static double[] reports(FeatureInspector inspector, int all) {
        return IntStream.range(0, LATENTS_REPORTED)
                .map(i -> (int) ((long) i * all / LATENTS_REPORTED))
                .distinct()
                .mapToDouble(latent -> milliseconds(inspector, latent))
                .sorted()
                .toArray();
    }

    private static double milliseconds(FeatureInspector inspector, int latent) {
        Stopwatch watch = new Stopwatch();
        watch.time(true, () -> inspector.feature(latent));
        return watch.median() * 1e3;
    }
}
