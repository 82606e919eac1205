package dev.assay.feature;

import dev.assay.checkpoint.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * The features as the page's script reads them: an index of all, in columns, and their cards in packs of {@link #PACK}, deflated,
 * of which the script opens one when a reader asks for a feature in it.
 */
final class PackedFeatures {
    /** Some ten kilobytes a pack: small enough to open in milliseconds, large enough to compress well. */
    private static final int PACK = 32;

    private final List<String> packs = new ArrayList<>();
    private final Map<String, List<Object>> index = new LinkedHashMap<>();
    private final Map<Integer, String> cards = new HashMap<>();

    private PackedFeatures() {
        for (String column : List.of("density", "max", "mean", "tokens", "up", "down")) {
            index.put(column, new ArrayList<>());
        }
    }

    /**
     * Packs all features.
     *
     * @param shown the features whose cards are needed as HTML too
     */
    static PackedFeatures of(FeatureCatalog catalog, int examples, List<FeatureSummary> shown) throws IOException {
        PackedFeatures packed = new PackedFeatures();
        List<FeatureSummary> features = catalog.features();
        shown.forEach(feature -> packed.cards.put(feature.latent(), ""));
        for (int first = 0; first < features.size(); first += PACK) {
            int end = Math.min(first + PACK, features.size());
            packed.add(features.subList(first, end), catalog.reports(first, end), examples);
        }
        return packed;
    }

    /** Returns the card of a feature that was asked for. */
    String card(int latent) {
        return cards.get(latent);
    }

    /** Writes the script elements that hold the data. */
    void write(Writer out) throws IOException {
        out.write("<script type=\"application/json\" id=\"index\">");
        out.write(json(index));
        out.write("</script>");
        for (int i = 0; i < packs.size(); i++) {
            out.write("\n<script type=\"text/plain\" id=\"pack-" + i + "\">" + packs.get(i) + "</script>");
        }
    }

    private void add(List<FeatureSummary> summaries, List<FeatureReport> reports, int examples) throws IOException {
        List<String> pack = new ArrayList<>(reports.size());
        for (int i = 0; i < reports.size(); i++) {
            FeatureSummary summary = summaries.get(i);
            FeatureReport report = reports.get(i);
            String card = FeatureCard.of(report, examples);
            pack.add(card);
            cards.computeIfPresent(report.latent(), (latent, none) -> card);
            index.get("density").add(rounded(summary.density()));
            index.get("max").add(rounded(summary.maxActivation()));
            index.get("mean").add(rounded(summary.meanActivation()));
            index.get("tokens").add(summary.peakTokens());
            index.get("up").add(tokens(report.topLogits()));
            index.get("down").add(tokens(report.bottomLogits()));
        }
        packs.add(deflated(Json.mapper().writeValueAsString(pack)));
    }

    private static List<String> tokens(List<TokenLogit> logits) {
        return logits.stream().limit(5).map(TokenLogit::token).toList();
    }

    /** Four digits are more than a list shows, and a quarter of the characters of a double. */
    private static float rounded(double value) {
        return Float.parseFloat(String.format(Locale.ROOT, "%.3e", value));
    }

    /** JSON that may stand inside a script element: no token can close the element or open a comment. */
    static String json(Object value) throws IOException {
        return Json.mapper()
                .writeValueAsString(value)
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026");
    }

    private static String deflated(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try (DeflaterOutputStream stream = new DeflaterOutputStream(bytes, deflater)) {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
        } finally {
            deflater.end();
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
}
