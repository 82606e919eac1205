package dev.assay.feature.page;

import dev.assay.feature.report.FeatureExplanation;
import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.report.LogitSummary;
import dev.assay.feature.report.TokenLogit;
import dev.assay.io.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The columns of all features that the page's script lists and searches. Tokens are stored once, in a vocabulary, and referred to by
 * their index: a search reads each token once, and the file is smaller.
 */
final class FeatureIndex {
    /** The number of promoted and suppressed tokens that are searched. */
    private static final int LOGITS = 5;

    private final List<FeatureSummary> summaries = new ArrayList<>();
    private final List<Double> kurtoses = new ArrayList<>();
    private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
    private final List<List<Integer>> peaks = new ArrayList<>();
    private final List<List<Integer>> up = new ArrayList<>();
    private final List<List<Integer>> down = new ArrayList<>();
    private final Map<Integer, List<String>> labels = new LinkedHashMap<>();
    private final Map<Integer, List<FeatureExplanation>> explanations = new LinkedHashMap<>();

    /** Adds the next latent. */
    void add(FeatureSummary summary, FeatureReport report) {
        summaries.add(summary);
        kurtoses.add(report.logits().map(LogitSummary::kurtosis).orElse(0.0));
        peaks.add(coded(summary.peakTokens()));
        up.add(coded(tokens(report.topLogits())));
        down.add(coded(tokens(report.bottomLogits())));
        if (!report.labels().isEmpty()) {
            labels.put(report.latent(), report.labels());
        }
        if (!report.explanations().isEmpty()) {
            explanations.put(report.latent(), report.explanations());
        }
    }

    double[] densities() {
        return column(FeatureSummary::density);
    }

    double[] maxima() {
        return column(FeatureSummary::maxActivation);
    }

    /** The kurtosis of each latent's logit weights, 0 where it has none. */
    double[] kurtoses() {
        return kurtoses.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** {@return JSON for a script element: no token can close the element or open a comment} */
    String json() throws IOException {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("density", rounded(densities()));
        columns.put("max", rounded(maxima()));
        columns.put("mean", rounded(column(FeatureSummary::meanActivation)));
        columns.put("kurtosis", rounded(kurtoses()));
        columns.put("vocabulary", vocabulary.keySet());
        columns.put("peaks", peaks);
        columns.put("up", up);
        columns.put("down", down);
        columns.put("labels", labels);
        columns.put("explanations", explanations);
        return Json.mapper()
                .writeValueAsString(columns)
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026");
    }

    private double[] column(ToDoubleFunction<FeatureSummary> value) {
        return summaries.stream().mapToDouble(value).toArray();
    }

    private static List<String> tokens(List<TokenLogit> logits) {
        return logits.stream().limit(LOGITS).map(TokenLogit::token).toList();
    }

    private List<Integer> coded(List<String> tokens) {
        List<Integer> codes = new ArrayList<>(tokens.size());
        for (String token : tokens) {
            codes.add(vocabulary.computeIfAbsent(token, unseen -> vocabulary.size()));
        }
        return codes;
    }

    /** Rounds to four digits, more than a list shows, with a quarter of the characters of a double. */
    private static float[] rounded(double[] values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = Float.parseFloat(String.format(Locale.ROOT, "%.3e", values[i]));
        }
        return rounded;
    }
}
