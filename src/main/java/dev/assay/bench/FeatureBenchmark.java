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
 * Times building a store beside running model and dictionary alone over the same text, and reading it. What is compared takes turns,
 * so that both see the same machine.
 */
public final class FeatureBenchmark {
    private static final int OPENINGS = 21;
    private static final int LATENTS_REPORTED = 200;

    private FeatureBenchmark() {}

    /**
     * The figures, medians over all rounds.
     *
     * @param tokens in the statistics
     * @param latents of the dictionary
     * @param l0 active latents of a token
     * @param plainTokensPerSecond model and dictionary alone, to nothing
     * @param buildTokensPerSecond the same to a store, with all that it holds
     * @param buildRatio the median over rounds of the time alone over the time of the store right after it
     * @param buildWorkRatio the same of the time that processors were at work, which other programs disturb less
     * @param bytesPerActivation the size of the store by its activations
     * @param openMilliseconds to open the store
     * @param firstReportMilliseconds of the first {@link FeatureInspector#feature} of this process, after the store was opened and its
     *     inspector made
     * @param reportMilliseconds of reports after that, in the median of latents
     * @param slowestReportMilliseconds of the latent that takes longest, of 200
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
     * @param sae a dictionary whose metadata name the site
     * @param corpus the text
     * @param tokens of a round
     * @param rounds counted, after a short one that is not
     * @param folder where the store goes, absent or a store; it is left there
     * @return the figures
     * @throws IOException when the text cannot be read or the disk fails
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

    /** The seconds that processors have worked for this process; NaN where the system does not tell. */
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

    /** Milliseconds of latents from all over the dictionary, rising. */
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
