package dev.assay.experiment.casestudy;

import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.experiment.Estimate;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.experiment.ResultLink;
import dev.assay.experiment.ResultTable;
import dev.assay.feature.study.AblationLogits;
import dev.assay.feature.study.CaseStudy;
import dev.assay.feature.study.StudiedDictionary;
import dev.assay.feature.study.TokenHistogram;
import dev.assay.intervene.patch.CausalTree;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Studies single features: tokens by activation, the logits that ablation moves, and the tree of causes in earlier layers (Cunningham et al.,
 * arXiv 2309.08600, section 5). The trees are checked on instances with planted causes.
 */
public final class CaseStudyExperiment implements Experiment {
    private static final String MODEL = "assay/stories";

    /** Creates the experiment; called by the service loader. */
    public CaseStudyExperiment() {}

    @Override
    public String name() {
        return "case-study";
    }

    @Override
    public String question() {
        return "Which features of earlier layers cause a feature, and what does it change in the prediction?";
    }

    @Override
    public List<ExperimentSetting> settings() {
        return StudySetup.settings();
    }

    @Override
    public int quickSeeds() {
        return 1;
    }

    /** What a cell keeps of a study. */
    record Parts(TokenHistogram histogram, AblationLogits ablation, CausalTree tree) {
        CaseStudy study(List<StudiedDictionary> dictionaries) {
            return new CaseStudy(histogram, ablation, tree, dictionaries);
        }
    }

    /** The share of a feature's codes that the removal of its first cause changes. */
    record FirstCause(double share) {
        static FirstCause of(CausalTree.Node root) {
            return new FirstCause(
                    root.children().isEmpty() ? 0 : root.children().get(0).share());
        }
    }

    @Override
    public void run(ExperimentRun run) throws IOException {
        ResultTable features = ResultTable.of("features", "Studied features")
                .number("seed", "seed")
                .link("feature", "feature")
                .text("tokens", "strongest tokens")
                .text("promotes", "promotes")
                .number("kl", "KL of ablation (nats)")
                .link("cause", "first cause")
                .text("cause_tokens", "its strongest tokens")
                .number("share", "share of codes that its removal changes");
        List<Double> found = new ArrayList<>();
        List<Double> random = new ArrayList<>();
        List<Double> untrained = new ArrayList<>();
        try (HookedTransformer model = run.model(MODEL)) {
            StudySetup setup = StudySetup.of(run, model);
            for (long seed : run.seeds()) {
                try (StudyLayers layers = new StudyLayers(run, setup, model, "dictionaries-seed" + seed, seed, true)) {
                    double[] sums = new double[2];
                    List<Integer> chosen = layers.features();
                    InvalidInputException.require(
                            !chosen.isEmpty(),
                            () -> "no latent of the last dictionary has an activation with " + (setup.length() - 1)
                                    + " tokens before it, expected a smaller context-length or more feature-tokens");
                    for (int latent : chosen) {
                        CaseStudy study = study(run, setup, layers, seed, latent);
                        row(features, setup, seed, study);
                        sums[0] += FirstCause.of(study.tree().root()).share() / chosen.size();
                        sums[1] += withRandomCauses(run, setup, layers, seed, latent) / chosen.size();
                        if (seed == run.seeds().get(0)) {
                            run.figure("causes_" + latent, study.drawing().toPicture());
                        }
                    }
                    found.add(sums[0]);
                    random.add(sums[1]);
                }
                untrained.add(ofRandomWeights(run, setup, model, seed));
            }
            results(run, setup, features, found, random, untrained);
        }
    }

    private static CaseStudy study(ExperimentRun run, StudySetup setup, StudyLayers layers, long seed, int latent)
            throws IOException {
        String key = "study-seed" + seed + "-" + latent;
        Parts parts = run.cell(key, Parts.class, () -> {
            CaseStudy study = layers.options().feature(setup.last(), latent);
            return new Parts(study.histogram(), study.ablation(), study.tree());
        });
        CaseStudy study = parts.study(layers.dictionaries());
        run.artifact(key, folder -> {
            study.write(folder.resolve("study.html"));
            AtomicFiles.writeString(folder.resolve("tree.svg"), study.drawing().toSvg());
            AtomicFiles.writeString(folder.resolve("study.json"), Json.pretty(study.toJson()));
        });
        return study;
    }

    private static void row(ResultTable table, StudySetup setup, long seed, CaseStudy study) {
        CausalTree.Node root = study.tree().root();
        StudiedDictionary last = study.dictionaries().get(setup.last());
        CausalTree.Node cause =
                root.children().isEmpty() ? root : root.children().get(0);
        StudiedDictionary earlier = study.dictionaries().get(cause.dictionary());
        table.row(
                seed,
                new ResultLink(
                        Integer.toString(root.latent()),
                        "artifacts/study-seed" + seed + "-" + root.latent() + "/study.html"),
                words(last.tokens(root.latent())),
                words(study.ablation().lowered().stream()
                        .limit(4)
                        .map(AblationLogits.Move::text)
                        .toList()),
                study.ablation().divergence(),
                new ResultLink(
                        cause.site() + " " + cause.latent(),
                        "artifacts/" + earlier.address(cause.latent()).replaceFirst("^\\.\\./", "")),
                words(earlier.tokens(cause.latent())),
                cause.share());
    }

    private static String words(List<String> tokens) {
        return tokens.stream().map(String::strip).collect(Collectors.joining(" "));
    }

    private static double withRandomCauses(
            ExperimentRun run, StudySetup setup, StudyLayers layers, long seed, int latent) throws IOException {
        return run.cell(
                        "random-causes-seed" + seed + "-" + latent,
                        FirstCause.class,
                        () -> FirstCause.of(tree(layers.withRandomEarlierLayers(seed), layers, setup, latent)))
                .share();
    }

    private static CausalTree.Node tree(
            List<AttachedDictionary> dictionaries, StudyLayers layers, StudySetup setup, int latent) {
        return CausalTree.options(dictionaries)
                .branches(1)
                .depth(1)
                .candidates(setup.candidates())
                .grow(setup.last(), latent, layers.options().texts(setup.last(), latent))
                .root();
    }

    private static double ofRandomWeights(ExperimentRun run, StudySetup setup, HookedTransformer model, long seed)
            throws IOException {
        return run.cell("random-weights-seed" + seed, FirstCause.class, () -> {
                    try (HookedTransformer random = run.randomWeights(model, seed);
                            StudyLayers layers = new StudyLayers(
                                    run, setup, random, "dictionaries-random-weights-seed" + seed, seed, false)) {
                        List<AttachedDictionary> dictionaries = layers.dictionaries().stream()
                                .map(StudiedDictionary::attached)
                                .toList();
                        double sum = 0;
                        List<Integer> chosen = layers.features();
                        for (int latent : chosen) {
                            sum += FirstCause.of(tree(dictionaries, layers, setup, latent))
                                    .share();
                        }
                        return new FirstCause(chosen.isEmpty() ? Double.NaN : sum / chosen.size());
                    }
                })
                .share();
    }

    private static void results(
            ExperimentRun run,
            StudySetup setup,
            ResultTable features,
            List<Double> found,
            List<Double> random,
            List<Double> untrained)
            throws IOException {
        PlantedCauses planted = run.cell("planted", PlantedCauses.class, () -> PlantedCauses.measure(setup.planted()));
        run.table(features);
        run.table(ResultTable.of("causes", "Share of a feature's codes that the removal of its first cause changes")
                .text("site", "site of the features")
                .measure("share", "dictionaries of the model")
                .nullOf("share", "share_random", "random dictionaries in earlier layers")
                .nullOf("share", "share_random_weights", "dictionaries of random weights")
                .row(
                        setup.points().get(setup.last()).name(),
                        Estimate.overSeeds(found),
                        Estimate.overSeeds(random),
                        Estimate.overSeeds(untrained)));
        run.table(ResultTable.of("planted", "Instances with a planted cause")
                .number("instances", "instances")
                .number("first", "cause ranks first")
                .number("chance", "expected for a random order")
                .row(planted.instances(), planted.first(), planted.chance()));
        run.finding(String.format(
                Locale.ROOT,
                "The planted cause ranks first in %d of %d instances (%.1f expected for a random order).",
                planted.first(),
                planted.instances(),
                planted.chance()));
        run.finding(String.format(
                Locale.ROOT,
                "The removal of the first cause changes a share of %s of a feature's codes, %s with random dictionaries in earlier"
                        + " layers, and %s in the model with random weights.",
                Estimate.overSeeds(found).text(),
                Estimate.overSeeds(random).text(),
                Estimate.overSeeds(untrained).text()));
    }
}
