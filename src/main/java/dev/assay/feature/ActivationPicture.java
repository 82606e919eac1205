package dev.assay.feature;

import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.store.FeatureStats;
import dev.assay.feature.store.FeatureStore;
import dev.assay.feature.store.Histogram;
import dev.assay.view.Html;
import dev.assay.view.Picture;
import dev.assay.view.PictureStyle;
import java.util.Arrays;
import java.util.List;
import org.knowm.xchart.XYChart;

/** Draws the histogram of the activations above 0 of one feature. */
public final class ActivationPicture {
    private ActivationPicture() {}

    /**
     * Draws the activations of a latent of a store.
     *
     * @param store the feature store
     * @param latent the index of the latent, from 0
     * @return the picture
     * @throws dev.assay.InvalidInputException if there is no such latent
     */
    public static Picture of(FeatureStore store, int latent) {
        return of(latent, store.stats(latent), store.histogram(latent));
    }

    /**
     * Draws the activations of a report.
     *
     * @param report the report of a live or dead feature
     * @return the picture
     */
    public static Picture of(FeatureReport report) {
        return of(report.latent(), report.stats(), report.histogram());
    }

    /**
     * Draws a histogram of activations above 0.
     *
     * @param latent the index of the latent
     * @param stats the statistics of the latent
     * @param histogram the histogram of its activations
     * @return the picture
     */
    public static Picture of(int latent, FeatureStats stats, Histogram histogram) {
        String title = "Feature " + latent;
        String tokens = stats.isDead()
                ? "never active on " + Html.count(stats.tokens()) + " tokens"
                : "active on " + Html.percent(stats.density()) + " of " + Html.count(stats.tokens()) + " tokens";
        XYChart chart = PictureStyle.chart(560, 340, title, "activation (" + tokens + ")", "tokens");
        List<Long> counts = stats.isDead() ? List.of(0L) : histogram.counts();
        double[] edges = new double[counts.size() + 1];
        double width = stats.isDead() ? 1 : histogram.binWidth();
        Arrays.setAll(edges, i -> histogram.start() + i * width);
        PictureStyle.histogram(
                chart,
                "tokens",
                edges,
                counts.stream().mapToDouble(Long::longValue).toArray());
        return Picture.of(chart, title + ", " + tokens + ": a histogram of its activations above 0");
    }
}
