package dev.assay.feature;

import dev.assay.feature.store.FeatureStore;
import dev.assay.view.Html;
import dev.assay.view.Picture;
import dev.assay.view.PictureStyle;
import java.util.Arrays;
import org.knowm.xchart.XYChart;

/** Draws the histogram of the densities of all latents on a logarithmic axis with ten bins per decade. */
public final class DensityPicture {
    private static final int BINS_PER_DECADE = 10;
    private static final int FEWEST_DECADES = 3;

    private DensityPicture() {}

    /**
     * Draws the densities of a store.
     *
     * @param store the feature store
     * @return the picture
     */
    public static Picture of(FeatureStore store) {
        double[] densities = new double[store.latents()];
        Arrays.setAll(densities, store::density);
        return of(
                densities,
                "Feature density at " + store.provenance().site(),
                " on " + Html.count(store.tokens()) + " tokens");
    }

    /**
     * Draws densities. Latents of density 0 cannot be drawn on a logarithmic axis; the axis label reports their number.
     *
     * @param densities the fraction of tokens on which each latent is active, one per latent
     * @param title the title above the picture
     * @return the picture
     */
    public static Picture of(double[] densities, String title) {
        return of(densities, title, "");
    }

    private static Picture of(double[] densities, String title, String onTokens) {
        double[] alive =
                Arrays.stream(densities).filter(density -> density > 0).sorted().toArray();
        int decades = Math.max(FEWEST_DECADES, alive.length == 0 ? 0 : (int) Math.ceil(-Math.log10(alive[0])));
        double[] counts = new double[decades * BINS_PER_DECADE];
        for (double density : alive) {
            int bin = (int) Math.floor((Math.log10(density) + decades) * BINS_PER_DECADE);
            counts[Math.max(0, Math.min(bin, counts.length - 1))]++;
        }
        double[] edges = new double[counts.length + 1];
        Arrays.setAll(edges, i -> (double) i / BINS_PER_DECADE - decades); // decimal logarithms

        int dead = densities.length - alive.length;
        String latents = Html.count(densities.length) + " latents, " + Html.count(dead) + " never active" + onTokens;
        XYChart chart =
                PictureStyle.chart(640, 380, title, "density, as a share of tokens (" + latents + ")", "latents");
        PictureStyle.histogram(chart, "latents", edges, counts);
        PictureStyle.powersAcross(chart, -decades, 0);
        return Picture.of(chart, title + ": a histogram of " + latents);
    }
}
