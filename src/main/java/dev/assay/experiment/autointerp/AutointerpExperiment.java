package dev.assay.experiment.autointerp;

import dev.assay.InvalidInputException;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.experiment.ExperimentSettings;
import dev.assay.explain.ExampleOptions;
import dev.assay.explain.offline.NgramExplainer;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Scores of explanations for the features of several bases of one site, after Cunningham and Smith, "AutoInterpretation finds sparse coding beats
 * alternatives" (2023), with explainers and judges that need no language model. Directions are fitted, and their signs are chosen, on
 * training documents; features are explained and scored on held-out ones.
 */
public final class AutointerpExperiment implements Experiment {
    private static final String MODEL = "assay/stories";
    private static final String MIDDLE = "middle";
    private static final String STORE = "store";
    private static final int CONTEXT = 128;

    /** Creates the experiment. */
    public AutointerpExperiment() {
        // Created by name.
    }

    @Override
    public String name() {
        return "autointerp";
    }

    @Override
    public String question() {
        return "For which basis of a site do explanations of features predict their activations best?";
    }

    @Override
    public int quickSeeds() {
        return 1;
    }

    @Override
    public List<ExperimentSetting> settings() {
        String all = Arrays.stream(Basis.values()).map(Basis::id).collect(Collectors.joining(","));
        return List.of(
                new ExperimentSetting("bases", "bases to score", all),
                new ExperimentSetting(
                        "explainer", "offline explainer whose explanations have a rule", NgramExplainer.NAME),
                new ExperimentSetting(
                        "site", "hook point; middle is the residual stream after half of the blocks", MIDDLE),
                new ExperimentSetting("latents", "latents of trained dictionaries", "1024", "128"),
                new ExperimentSetting("k", "active latents per token of trained dictionaries", "16", "8"),
                new ExperimentSetting("tokens", "activations to train dictionaries on", "1000000", "4096"),
                new ExperimentSetting("fitted", "activations to fit and orient directions on", "20000", "1000"),
                new ExperimentSetting("rounds", "limit of the rounds of ICA and NMF", "200", "5"),
                new ExperimentSetting("held-out-every", "n to hold out one of every n documents for scoring", "2"),
                new ExperimentSetting("scored", "held-out tokens", "60000", "3000"),
                new ExperimentSetting("features", "features per basis", "100", "6"),
                new ExperimentSetting("window", "tokens per window of the published protocol", "64", "32"),
                new ExperimentSetting("windows", "top windows, and as many random active and random windows", "5", "5"),
                new ExperimentSetting(
                        "documents",
                        "documents on which a feature must be active, in the training and in the test part each",
                        "20",
                        "3"));
    }

    @Override
    public void run(ExperimentRun run) throws IOException {
        ExperimentSettings settings = run.settings();
        List<Basis> bases =
                settings.texts("bases").stream().map(Basis::named).distinct().toList();
        InvalidInputException.require(
                bases.contains(Basis.SAE),
                "setting bases has no sae, expected it, because the other bases are compared with it");
        try (HookedTransformer model = run.model(MODEL)) {
            Corpus corpus = run.corpus(model, MODEL, CONTEXT, settings.integer("held-out-every"));
            BasisStores stores = new BasisStores(
                    corpus,
                    site(settings.text("site"), model),
                    settings.integer("latents"),
                    settings.integer("k"),
                    settings.count("tokens"),
                    settings.integer("fitted"),
                    settings.integer("rounds"),
                    settings.count("scored"));
            run.provenance(stores.provenance(model));
            Map<Basis, List<ScoredBasis>> scored = new LinkedHashMap<>();
            for (Basis basis : bases) {
                List<ScoredBasis> seeds = new ArrayList<>();
                for (long seed : run.seeds()) {
                    seeds.add(scored(run, basis, model, stores, seed));
                }
                scored.put(basis, seeds);
            }
            new AutointerpResults(settings.text("explainer"), scored).addTo(run);
        }
    }

    private static ScoredBasis scored(
            ExperimentRun run, Basis basis, HookedTransformer model, BasisStores stores, long seed) throws IOException {
        ExperimentSettings settings = run.settings();
        int windows = settings.integer("windows");
        BasisScoring scoring = new BasisScoring(
                settings.text("explainer"),
                settings.integer("features"),
                ExampleOptions.DEFAULT
                        .withSeed(seed)
                        .withWindowLength(settings.integer("window"))
                        .withTopAndRandom(windows, windows, windows)
                        .withDecilesAndNegatives(0, 0)
                        .withNeighbours(0)
                        .withMinimumDocuments(settings.integer("documents")));
        String key = basis.id() + "-seed" + seed;
        Path folder = run.artifact(key, target -> collect(run, basis, model, stores, seed, target.resolve(STORE)));
        return run.cell("scores-" + key, ScoredBasis.class, () -> {
            FeatureStore store = FeatureStore.open(folder.resolve(STORE));
            return scoring.score(store.hasTokenBytes() ? store : store.withTexts(model.tokenizer()), stores.corpus());
        });
    }

    private static void collect(
            ExperimentRun run, Basis basis, HookedTransformer model, BasisStores stores, long seed, Path target)
            throws IOException {
        if (basis == Basis.RANDOM_WEIGHTS) {
            try (HookedTransformer random = run.randomWeights(model, seed)) {
                stores.collectTrained(random, seed, target);
            }
        } else if (basis.isTrained()) {
            stores.collectTrained(model, seed, target);
        } else {
            stores.collectFitted(basis, model, seed, target);
        }
    }

    private static HookPoint site(String name, HookedTransformer model) {
        HookPoint point = name.equals(MIDDLE)
                ? HookPoint.residPost(Math.max(0, model.config().layers() / 2 - 1))
                : HookPoint.parse(name);
        InvalidInputException.require(
                model.hookPoints().contains(point),
                () -> model.name() + " has no site " + point.name() + ", expected a hook point of its "
                        + model.config().layers() + " blocks");
        return point;
    }
}
