package dev.assay.feature.store;

import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.report.TokenLogit;
import java.util.List;
import java.util.Optional;

/** Minimal feature reports for tests. */
public final class Reports {
    private Reports() {}

    public static FeatureReport of(
            int latent,
            FeatureStats stats,
            Histogram histogram,
            List<Example> examples,
            List<TokenLogit> top,
            List<TokenLogit> bottom) {
        return new FeatureReport(
                latent,
                stats,
                histogram,
                examples,
                List.of(),
                top,
                bottom,
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    public static FeatureReport dead(int latent) {
        return of(latent, stats(1000, 0, 0, 0), new Histogram(0, 0, List.of()), List.of(), List.of(), List.of());
    }

    public static FeatureStats stats(long tokens, long active, double max, double mean) {
        return new FeatureStats(tokens, active, max, mean, 0, 0, 0, List.of());
    }
}
