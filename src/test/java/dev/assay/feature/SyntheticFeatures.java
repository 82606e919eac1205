package dev.assay.feature;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Features that look like those of a dictionary over short stories, made from a seed, for the tests of the page. */
final class SyntheticFeatures implements FeatureCatalog {
    /** Tokens that must not do any harm. */
    static final List<String> HOSTILE = List.of(
            "</script><img onerror=alert(1) src=x>",
            "<!--",
            "]]>",
            "\u0000",
            "\"'&",
            " \n",
            "\t",
            "\u2028",
            "",
            "日本",
            "🙂");

    private static final String[] STORY =
            (" Nora gave the red lantern to Felix . \" Is it yours ?\" he asked , and she laughed . They"
                            + " walked from the harbour to the old mill , where three geese ( two white and one grey ) slept .\n"
                            + " The miller , who had been sad all morning , smiled when he saw the lantern . \" It was mine , \" he"
                            + " said quietly . \" I lost it near the river when I was a boy .\"\n")
                    .split("(?= )");

    private final int latents;
    private final int examples;

    SyntheticFeatures(int latents, int examples) {
        this.latents = latents;
        this.examples = examples;
    }

    @Override
    public Provenance provenance() {
        return new Provenance(
                "assay/stories",
                "5d1fa03c8b6e77aa",
                "topk, k 32, " + latents + " latents of width 128",
                "9f2c41d07a5e1b23",
                "blocks.2.hook_resid_post",
                "generated stories, seed 7",
                "all documents",
                128,
                15_625,
                1_984_375,
                "0.1.0");
    }

    @Override
    public List<FeatureSummary> features() {
        List<FeatureSummary> features = new ArrayList<>();
        for (FeatureReport report : reports(0, latents)) {
            LinkedHashSet<String> tokens = new LinkedHashSet<>();
            report.topExamples().forEach(example -> tokens.add(example.tokens().get(example.peak())));
            features.add(new FeatureSummary(
                    report.latent(),
                    report.density(),
                    report.maxActivation(),
                    report.meanActivation(),
                    tokens.stream().limit(4).toList()));
        }
        return features;
    }

    @Override
    public List<FeatureReport> reports(int first, int end) {
        List<FeatureReport> reports = new ArrayList<>();
        for (int latent = first; latent < end; latent++) {
            reports.add(report(latent, new SplittableRandom(latent)));
        }
        return reports;
    }

    private FeatureReport report(int latent, SplittableRandom random) {
        if (random.nextInt(25) == 0) {
            return new FeatureReport(
                    latent, 0, 0, 0, 0, new Histogram(0, 0, List.of()), List.of(), List.of(), List.of());
        }
        double normal = random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5;
        double density = Math.min(0.9, Math.pow(10, -2.6 + 1.7 * normal));
        float max = (float) (2 + 18 * random.nextDouble());
        int center = random.nextInt(STORY.length);
        List<Example> found = new ArrayList<>();
        for (int i = 0; i < examples; i++) {
            found.add(example(random, center, max * (1 - 0.4f * i / examples), i));
        }
        int bins = 32 + random.nextInt(32);
        double skew = 0.5 + 3 * random.nextDouble();
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i < bins; i++) {
            double x = (i + 0.5) / bins;
            counts.add((long)
                    (density * 2e5 * Math.pow(x, skew) * Math.pow(1 - x, 2.2) * (0.8 + 0.4 * random.nextDouble())));
        }
        return new FeatureReport(
                latent,
                density,
                (long) (density * 1_984_375),
                max,
                max * 0.35,
                new Histogram(0, max / bins, counts),
                found,
                logits(random, 1),
                logits(random, -1));
    }

    private Example example(SplittableRandom random, int center, float peakValue, int number) {
        int peak = 4 + random.nextInt(17);
        int width = peak + 1 + random.nextInt(10);
        List<String> tokens = new ArrayList<>();
        float[] values = new float[width];
        for (int i = 0; i < width; i++) {
            tokens.add(STORY[
                    Math.floorMod(center - peak + i + (Math.abs(i - peak) > 3 ? number * 7 : 0), STORY.length)]);
            if (random.nextInt(9) == 0) {
                values[i] = peakValue * (float) random.nextDouble();
            }
        }
        if (random.nextInt(12) == 0) {
            tokens.set(random.nextInt(width), HOSTILE.get(random.nextInt(HOSTILE.size())));
        }
        values[peak] = peakValue;
        return new Example(tokens, values, peak, number * 31L, number * 4096L + peak);
    }

    private static List<TokenLogit> logits(SplittableRandom random, int sign) {
        TokenLogit[] logits = new TokenLogit[10];
        for (int i = 0; i < logits.length; i++) {
            String token = random.nextInt(20) == 0
                    ? HOSTILE.get(random.nextInt(HOSTILE.size()))
                    : STORY[random.nextInt(STORY.length)];
            logits[i] = new TokenLogit(i, token, sign * (0.2 + 3 * random.nextDouble() * random.nextDouble()));
        }
        Arrays.sort(logits, Comparator.comparingDouble(logit -> -sign * logit.logit()));
        return List.of(logits);
    }

    static Dashboard dashboard(int latents) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("explained_variance", 0.9134);
        metrics.put("loss_recovered_mean_ablation", 0.9712);
        metrics.put("ce_loss_without_sae", 1.441);
        metrics.put("ce_loss_with_sae", 1.4823);
        metrics.put("dead_share", 0.0123);
        metrics.put("tokens", 204_800.0);
        metrics.put("a figure of my own", -0.00021);
        return new Dashboard(new SyntheticFeatures(latents, 12))
                .title("Stories, residual stream after block 2")
                .metrics(metrics)
                .concepts(concepts());
    }

    /** Writes a page to look at: the file, the number of latents. */
    public static void main(String[] arguments) throws IOException {
        dashboard(Integer.parseInt(arguments[1])).write(Path.of(arguments[0]));
    }

    static List<ConceptRow> concepts() {
        List<ConceptRow> rows = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(3);
        for (String name : List.of(
                "subject of the sentence",
                "recipient",
                "female person",
                "male person",
                "inside a quotation",
                "inside brackets",
                "nested clause",
                "negative feeling",
                "positive feeling",
                "colour",
                "number word",
                "animal",
                "place",
                "object that changes hands",
                "question",
                "past tense")) {
            double f1 = 0.55 + 0.45 * random.nextDouble();
            rows.add(new ConceptRow(
                    name,
                    random.nextInt(500),
                    f1,
                    f1 * (0.4 + 0.4 * random.nextDouble()),
                    0.2 + 0.2 * random.nextDouble()));
        }
        return rows;
    }
}
