package dev.assay.experiment.concepts;

import ai.djl.ndarray.NDManager;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ModelActivationSource;
import dev.assay.evaluate.ConceptScoring;
import dev.assay.evaluate.ConceptTable;
import dev.assay.evaluate.baseline.Baseline;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.evaluate.benchmark.Float64Dictionary;
import dev.assay.evaluate.concept.ConceptAblation;
import dev.assay.evaluate.concept.ConceptAblationScores;
import dev.assay.evaluate.concept.ConceptBenchmark;
import dev.assay.evaluate.concept.LabelledCodes;
import dev.assay.evaluate.concept.LinearConceptProbes;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import dev.assay.text.Corpus;
import dev.assay.train.SaeSweep;
import dev.assay.train.SaeTrainer;
import dev.assay.train.plan.SweepResult;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Trains dictionaries on one model and measures their concepts.
 *
 * @param corpus generated stories
 * @param variants the dictionaries, the first of which determines the site of the baselines
 * @param baselines names of baselines
 * @param tokens activations per dictionary
 * @param scored tokens of training stories, and of held-out stories, that are scored
 * @param largest the largest number of latents of a sparse probe
 * @param ablated the numbers of latents that TPP and SCR ablate
 */
record ConceptMeasuring(
        Corpus corpus,
        List<Variant> variants,
        List<String> baselines,
        long tokens,
        long scored,
        int largest,
        List<Integer> ablated) {
    static final String RANDOM = "random";
    private static final int BATCH = 1024;

    ConceptMeasurement measure(HookedTransformer model, long seed) throws IOException {
        Set<HookPoint> sites = new LinkedHashSet<>();
        variants.forEach(variant -> sites.add(variant.site()));
        Map<String, ConceptMeasurement.Measured> dictionaries = new LinkedHashMap<>();
        Map<String, ConceptMeasurement.SiteControls> controls = new LinkedHashMap<>();
        try (SweepResult trained = train(model, List.copyOf(sites), seed);
                NDManager manager = model.manager().newSubManager()) {
            for (HookPoint site : sites) {
                try (ConceptScoring scoring = new ConceptScoring(model, site, corpus, scored)) {
                    Scorer scorer = scorer(scoring, manager, seed);
                    controls.put(
                            site.name(),
                            new ConceptMeasurement.SiteControls(
                                    boxed(scoring.tokenLookup()),
                                    boxed(scoring.alwaysYes()),
                                    boxed(scorer.probes.f1())));
                    for (Variant variant : variants) {
                        if (variant.site().equals(site)) {
                            dictionaries.put(variant.key(), scorer.measure(trained.dictionary(variant.key())));
                        }
                    }
                    if (site.equals(variants.get(0).site())) {
                        addBaselines(scorer, dictionaries);
                    }
                }
            }
        }
        return new ConceptMeasurement(dictionaries, controls);
    }

    private SweepResult train(HookedTransformer model, List<HookPoint> sites, long seed) throws IOException {
        ModelActivationSource source = ActivationSource.of(model, sites, corpus);
        SaeSweep sweep = SaeSweep.of(source)
                .tokens(tokens)
                .batchSize(BATCH)
                .shuffleSeed(seed)
                .progress(false);
        for (Variant variant : variants) {
            sweep.member(
                    variant.key(),
                    List.of(variant.site().name()),
                    () -> SaeTrainer.of(variant.create())
                            .dictionarySize(variant.latents())
                            .seed(seed));
        }
        return sweep.train();
    }

    private Scorer scorer(ConceptScoring scoring, NDManager manager, long seed) {
        LinearConceptProbes probes = new LinearConceptProbes(scoring);
        return new Scorer(
                scoring,
                probes,
                new ConceptBenchmark(largest, probes.parents(), probes.heldOut().x()),
                new ConceptAblation(probes.training(), probes.heldOut(), ablated),
                Baselines.of(scoring.trainingStories().x()).seed(seed),
                manager);
    }

    private void addBaselines(Scorer scorer, Map<String, ConceptMeasurement.Measured> dictionaries) {
        int latents = variants.get(0).latents();
        for (String name : baselines) {
            Baseline baseline = name.equals(RANDOM) ? scorer.fits.random(directions(latents)) : scorer.fits.fit(name);
            try (Dictionary dictionary = baseline.dense()) {
                dictionaries.put(name, scorer.measure(dictionary));
            }
        }
    }

    /** Returns the number of random directions: a random dictionary has two latents per direction. */
    private static int directions(int latents) {
        return (latents + 1) / 2;
    }

    private static List<Double> boxed(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    /** Measures dictionaries of one site. */
    private record Scorer(
            ConceptScoring scoring,
            LinearConceptProbes probes,
            ConceptBenchmark benchmark,
            ConceptAblation ablation,
            Baselines fits,
            NDManager manager) {
        ConceptMeasurement.Measured measure(Dictionary dictionary) {
            List<Double> best =
                    scoring.best(dictionary).stream().map(ConceptTable.Best::f1).toList();
            LabelledCodes training = codes(dictionary, scoring.trainingStories());
            LabelledCodes held = codes(dictionary, scoring.heldOutStories());
            Float64Dictionary rows = Float64Dictionary.of(dictionary, manager);
            return new ConceptMeasurement.Measured(
                    dictionary.dSae(),
                    best,
                    benchmark.measure(training, held, rows),
                    ablation.measure(training, held, rows),
                    randomAblation(dictionary.dSae(), held.l0()));
        }

        /** Measures a random dictionary with as many latents, as many of them active. */
        private ConceptAblationScores randomAblation(int latents, double l0) {
            int directions = directions(latents);
            int active = (int) Math.max(1, Math.min(directions, Math.round(l0)));
            try (Dictionary random = fits.random(directions).topK(active)) {
                return ablation.measure(
                        codes(random, scoring.trainingStories()),
                        codes(random, scoring.heldOutStories()),
                        Float64Dictionary.of(random, manager));
            }
        }

        private static LabelledCodes codes(Dictionary dictionary, ConceptScoring.LabelledActivations stories) {
            return LabelledCodes.of(dictionary, stories.x(), stories.labels());
        }
    }
}
