package dev.assay.feature.report;

import dev.assay.feature.page.ConceptRow;
import dev.assay.feature.page.Dashboard;
import dev.assay.feature.store.Coactivation;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.ExampleGroup;
import dev.assay.feature.store.FeatureStats;
import dev.assay.feature.store.Histogram;
import dev.assay.feature.store.Reports;
import dev.assay.provenance.ModelProvenance;
import dev.assay.provenance.ParentArtifact;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/** Random features similar to those of a dictionary over short stories, for tests of the dashboard. */
public final class SyntheticFeatures implements FeatureCatalog {
    /** Tokens with markup, control characters and unusual scripts. */
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

    private static final long TOKENS = 1_984_375;
    private static final List<String> LABELS = List.of(
            "colour", "animal", "place", "who speaks", "end of a sentence", "</script><img onerror=alert(2) src=x>");

    /** A large dictionary repeats this many distinct features. */
    private static final int DIFFERENT = 1000;

    private final int latents;
    private final int examples;
    private final List<FeatureReport> different = new ArrayList<>();
    private boolean brief;

    public SyntheticFeatures(int latents, int examples) {
        this.latents = latents;
        this.examples = examples;
    }

    /** Leaves out groups, effects and most neighbours and repeats features, to create very many quickly. */
    public SyntheticFeatures brief() {
        this.brief = true;
        return this;
    }

    @Override
    public Provenance provenance() {
        return Provenance.of(
                        ModelProvenance.of("assay/stories", "float32").withHash("5d1fa03c8b6e77aa"),
                        List.of("blocks.2.hook_resid_post"),
                        new TextProvenance(
                                "generated stories, seed 7",
                                "all documents",
                                "41c0e2ab97d35f68",
                                128,
                                false,
                                true,
                                15_625,
                                TOKENS))
                .withVersion("0.1.0")
                .withParent(new ParentArtifact(
                        ParentArtifact.DICTIONARY,
                        "topk, k 32, " + latents + " latents of width 128",
                        "9f2c41d07a5e1b23"));
    }

    @Override
    public List<FeatureSummary> features() {
        List<FeatureSummary> features = new ArrayList<>();
        for (FeatureReport report : reports(0, latents)) {
            LinkedHashSet<String> tokens = new LinkedHashSet<>();
            report.topExamples().forEach(example -> tokens.add(example.tokens().get(example.peak())));
            features.add(new FeatureSummary(
                    report.latent(),
                    report.stats().density(),
                    report.stats().max(),
                    report.stats().mean(),
                    tokens.stream().limit(4).toList()));
        }
        return features;
    }

    @Override
    public List<FeatureReport> reports(int first, int end) {
        List<FeatureReport> reports = new ArrayList<>();
        for (int latent = first; latent < end; latent++) {
            reports.add(brief ? repeated(latent) : report(latent, new SplittableRandom(latent)));
        }
        return reports;
    }

    private FeatureReport repeated(int latent) {
        while (different.size() < Math.min(latents, DIFFERENT)) {
            different.add(report(different.size(), new SplittableRandom(different.size())));
        }
        FeatureReport report = different.get(latent % DIFFERENT);
        return new FeatureReport(
                latent,
                report.stats(),
                report.histogram(),
                report.topExamples(),
                report.groups(),
                report.topLogits(),
                report.bottomLogits(),
                report.logits(),
                report.neighbours(),
                report.cofiring(),
                report.effects(),
                report.labels());
    }

    private FeatureReport report(int latent, SplittableRandom random) {
        if (random.nextInt(25) == 0) {
            return Reports.dead(latent);
        }
        double normal = random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5;
        double density = Math.min(0.9, Math.pow(10, -2.6 + 1.7 * normal));
        float max = (float) (2 + 18 * random.nextDouble() * (1 - 0.3 * normal));
        int center = random.nextInt(STORY.length);
        List<Example> found = new ArrayList<>();
        for (int i = 0; i < examples; i++) {
            found.add(example(random, center, max * (1 - 0.4f * i / examples), i));
        }
        int bins = 32 + random.nextInt(32);
        double skew = 0.5 + 3 * random.nextDouble();
        Histogram histogram = histogram(
                0,
                max / bins,
                bins,
                x -> density * 2e5 * Math.pow(x, skew) * Math.pow(1 - x, 2.2) * (0.8 + 0.4 * random.nextDouble()));
        List<TokenLogit> top = logits(random, 1);
        List<TokenLogit> bottom = logits(random, -1);
        long active = Math.max(1, (long) (density * TOKENS));
        return new FeatureReport(
                latent,
                new FeatureStats(TOKENS, active, max, max * 0.35, max * 0.2, 0.4, 2.7, quantiles(max)),
                histogram,
                found,
                brief ? List.of() : groups(random, center, max),
                top,
                bottom,
                Optional.of(summary(random, bottom.get(0).logit(), top.get(0).logit())),
                neighbours(random),
                cofiring(random, active),
                brief || latent % 3 == 0 ? List.of() : effects(random, found),
                random.nextInt(6) == 0 ? List.of(LABELS.get(random.nextInt(LABELS.size()))) : List.of());
    }

    private static Histogram histogram(double start, double width, int bins, DoubleUnaryOperator height) {
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i < bins; i++) {
            counts.add((long) height.applyAsDouble((i + 0.5) / bins));
        }
        return new Histogram(start, width, counts);
    }

    private static List<Double> quantiles(float max) {
        return FeatureStats.SHARES.stream()
                .map(share -> max * 0.9 * Math.pow(share, 0.8))
                .toList();
    }

    private static LogitSummary summary(SplittableRandom random, double lowest, double highest) {
        double mean = 0.1 * (random.nextDouble() - 0.5);
        double deviation = 0.12 + 0.2 * random.nextDouble();
        Histogram weights = histogram(lowest, (highest - lowest) / 60, 60, x -> {
            double z = (lowest + x * (highest - lowest) - mean) / deviation;
            return 4000 * Math.exp(-z * z / 2) + (x > 0.9 ? 3 : 1);
        });
        return new LogitSummary(
                weights, mean, deviation, random.nextDouble() - 0.4, 3 + 30 * Math.pow(random.nextDouble(), 4));
    }

    private List<Neighbour> neighbours(SplittableRandom random) {
        List<Neighbour> neighbours = new ArrayList<>();
        for (Neighbour.Measure measure : Neighbour.Measure.values()) {
            double value = 1;
            for (int i = 0; i < (brief ? 2 : 6); i++) {
                value *= 0.7 + 0.28 * random.nextDouble();
                neighbours.add(new Neighbour(random.nextInt(latents), measure, value));
            }
        }
        return neighbours;
    }

    private List<Coactivation> cofiring(SplittableRandom random, long active) {
        List<Coactivation> others = new ArrayList<>();
        double jaccard = 0.9;
        for (int i = 0; i < 6; i++) {
            jaccard *= 0.6 + 0.35 * random.nextDouble();
            others.add(new Coactivation(
                    random.nextInt(latents),
                    (long) (active * jaccard),
                    jaccard,
                    jaccard - 0.1 * random.nextDouble(),
                    1 + 40 * jaccard * random.nextDouble()));
        }
        return others;
    }

    /** Creates five ranges of equal width and five of equal shares, the highest first. */
    private List<ExampleGroup> groups(SplittableRandom random, int center, float max) {
        List<ExampleGroup> groups = new ArrayList<>();
        for (ExampleGroup.Kind kind : ExampleGroup.Kind.values()) {
            for (int i = 4; i >= 0; i--) {
                boolean equalWidth = kind == ExampleGroup.Kind.INTERVAL;
                double lower = max * (equalWidth ? i / 5.0 : 0.9 * Math.pow(i / 5.0, 0.8));
                double upper = max * (i == 4 ? 1 : equalWidth ? (i + 1) / 5.0 : 0.9 * Math.pow((i + 1) / 5.0, 0.8));
                List<Example> drawn = new ArrayList<>();
                for (int j = 0; j < Math.min(4, examples); j++) {
                    drawn.add(example(
                            random, center + 3 * j, (float) (lower + (upper - lower) * (0.9 - 0.2 * j)), 20 + j));
                }
                groups.add(new ExampleGroup(
                        kind, lower, upper, equalWidth ? new double[] {.31, .36, .2, .09, .04}[i] : 0.2, drawn));
            }
        }
        return groups;
    }

    /** Creates effects in the first three examples, none at the last token of each. */
    private static List<ExampleEffects> effects(SplittableRandom random, List<Example> found) {
        List<ExampleEffects> effects = new ArrayList<>();
        for (Example example : found.subList(0, Math.min(3, found.size()))) {
            List<TokenEffect> tokens = new ArrayList<>();
            float[] values = example.values();
            for (int i = 0; i < values.length; i++) {
                double direct = i + 1 == values.length
                        ? Double.NaN
                        : (values[i] > 0 ? 0.06 * values[i] : 0) + 0.1 * (random.nextDouble() - 0.5);
                double whole = direct * (0.5 + 2 * random.nextDouble()) + 0.1 * (random.nextDouble() - 0.5);
                tokens.add(new TokenEffect(example.tokens().get(i), values[i], direct, whole));
            }
            effects.add(new ExampleEffects(example.position(), tokens));
        }
        return effects;
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
        return new Example(tokens, values, peak, number * 31L, number * 4096L + random.nextInt(4096));
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

    public static Dashboard dashboard(int latents) {
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

    /** Writes a page for manual inspection. Arguments: the file and the number of latents. */
    public static void main(String[] arguments) throws IOException {
        dashboard(Integer.parseInt(arguments[1])).write(Path.of(arguments[0]));
    }

    public static List<ConceptRow> concepts() {
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
                    f1 < 0.9 ? 0.7 : 0.95,
                    0.1,
                    f1 * (0.4 + 0.4 * random.nextDouble()),
                    0.2 + 0.2 * random.nextDouble()));
        }
        return rows;
    }
}
