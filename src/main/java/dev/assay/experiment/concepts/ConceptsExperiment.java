package dev.assay.experiment.concepts;

import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.experiment.ExperimentSettings;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Concept quality where the truth is known: the concepts of generated stories that latents represent, k-sparse probes, splitting and absorption, for
 * dictionaries of several methods, sites and sizes. Controls are baselines, token look-up, linear probes and the same dictionaries on a model
 * with random weights.
 */
public final class ConceptsExperiment implements Experiment {
    private static final String MODEL = "assay/stories";
    private static final String NONE = "none";
    private static final String MIDDLE = "middle";
    private static final List<String> METHODS = List.of(
            "topk:32",
            "batchtopk:32",
            "matryoshka:32",
            "jumprelu-target:32",
            "gated:2",
            "standard:0.7",
            "p-annealing:0.4");

    /** Creates the experiment. */
    public ConceptsExperiment() {
        // Created by name.
    }

    @Override
    public String name() {
        return "concepts";
    }

    @Override
    public String question() {
        return "Which known concepts do the latents of a dictionary represent, and how are they split and absorbed?";
    }

    @Override
    public List<ExperimentSetting> settings() {
        return List.of(
                new ExperimentSetting(
                        "methods",
                        "training methods with k, L0 or coefficient; the first is the reference",
                        String.join(",", METHODS),
                        "topk:16,matryoshka:16"),
                new ExperimentSetting(
                        "site", "hook point; middle is the residual stream after half of the blocks", MIDDLE),
                new ExperimentSetting("latents", "number of latents", "1024", "128"),
                new ExperimentSetting(
                        "sites",
                        "further hook points, for the reference method; none for no other",
                        "blocks.0.hook_resid_post,blocks.2.hook_resid_post,blocks.3.hook_resid_post,"
                                + "blocks.1.attn.hook_z,blocks.1.hook_mlp_out",
                        NONE),
                new ExperimentSetting(
                        "sizes",
                        "further numbers of latents, for the reference method; none for no other",
                        "256,4096",
                        NONE),
                new ExperimentSetting(
                        "sparsities", "further sparsities of the reference method; none for no other", "8,64", NONE),
                new ExperimentSetting(
                        "baselines",
                        "names of baselines, or random for a random dictionary; none for none",
                        "neurons,pca,ica,random",
                        "random"),
                new ExperimentSetting("tokens", "activations that each dictionary is trained on", "300000", "16384"),
                new ExperimentSetting(
                        "scored",
                        "tokens of training stories, and of held-out stories, that are scored",
                        "10000",
                        "2000"),
                new ExperimentSetting("probe-latents", "largest number of latents of a sparse probe", "5", "2"),
                new ExperimentSetting("ablated", "numbers of latents that TPP and SCR ablate", "2,10,50", "2,10"));
    }

    @Override
    public int quickSeeds() {
        return 1;
    }

    @Override
    public void run(ExperimentRun run) throws IOException {
        try (HookedTransformer model = run.model(MODEL)) {
            Corpus corpus = run.corpus(model, MODEL);
            InvalidInputException.require(
                    corpus.source() instanceof StoryCorpus,
                    () -> "the experiment concepts needs labelled concepts, which only generated stories have; text is "
                            + corpus.description() + ", expected assay/stories/COUNT");
            List<Variant> variants = variants(run.settings(), model);
            ConceptMeasuring measuring = new ConceptMeasuring(
                    corpus,
                    variants,
                    baselines(run.settings()),
                    run.settings().count("tokens"),
                    run.settings().count("scored"),
                    run.settings().integer("probe-latents"),
                    run.settings().integers("ablated"));
            run.provenance(
                    ActivationSource.of(model, variants.get(0).site(), corpus).provenance());
            List<ConceptMeasurement> trained = new ArrayList<>();
            List<ConceptMeasurement> untrained = new ArrayList<>();
            for (long seed : run.seeds()) {
                trained.add(run.cell(
                        "trained-seed" + seed, ConceptMeasurement.class, () -> measuring.measure(model, seed)));
                untrained.add(run.cell("random-weights-seed" + seed, ConceptMeasurement.class, () -> {
                    try (HookedTransformer random = run.randomWeights(model, seed)) {
                        return measuring.measure(random, seed);
                    }
                }));
            }
            new ConceptResults(variants, trained, untrained, measuring.largest()).addTo(run);
            new AblationResults(variants, trained, untrained, measuring.ablated()).addTo(run);
        }
    }

    private static List<Variant> variants(ExperimentSettings settings, HookedTransformer model) {
        HookPoint site = site(settings.text("site"), model);
        int latents = settings.integer("latents");
        Map<String, Variant> variants = new LinkedHashMap<>();
        List<Variant> all = new ArrayList<>();
        settings.texts("methods").forEach(text -> all.add(Variant.parse(site, text, latents)));
        Variant reference = all.get(0);
        if (isGiven(settings, "sites")) {
            settings.texts("sites").forEach(name -> all.add(reference.at(site(name, model))));
        }
        if (isGiven(settings, "sizes")) {
            settings.integers("sizes").forEach(size -> all.add(reference.withLatents(size)));
        }
        if (isGiven(settings, "sparsities")) {
            settings.numbers("sparsities").forEach(sparsity -> all.add(reference.withSparsity(sparsity)));
        }
        all.forEach(variant -> variants.putIfAbsent(variant.key(), variant));
        return List.copyOf(variants.values());
    }

    private static boolean isGiven(ExperimentSettings settings, String name) {
        return !settings.text(name).equals(NONE);
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

    private static List<String> baselines(ExperimentSettings settings) {
        List<String> names = isGiven(settings, "baselines") ? settings.texts("baselines") : List.of();
        names.forEach(name -> InvalidInputException.require(
                name.equals(ConceptMeasuring.RANDOM) || Baselines.names().contains(name),
                () -> "setting baselines has \"" + name + "\", expected random or one of " + Baselines.names()));
        return names;
    }
}
