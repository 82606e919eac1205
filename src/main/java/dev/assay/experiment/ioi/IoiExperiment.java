package dev.assay.experiment.ioi;

import ai.djl.ndarray.NDArray;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.experiment.ioi.IoiDictionaries.Variant;
import dev.assay.intervene.patch.FeaturePatching;
import dev.assay.intervene.patch.PatchLadder;
import dev.assay.intervene.patch.PromptPair;
import dev.assay.model.HookedTransformer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Patches features between prompts that differ in the name of a recipient (Cunningham et al., arXiv 2309.08600, section 4). Features are
 * selected on some prompts and measured on others.
 */
public final class IoiExperiment implements Experiment {
    private static final String MODEL = "assay/stories";

    /** Creates the experiment; called by the service loader. */
    public IoiExperiment() {}

    @Override
    public String name() {
        return "ioi";
    }

    @Override
    public String question() {
        return "How few features, and how small an edit, change the recipient that a model predicts?";
    }

    @Override
    public List<ExperimentSetting> settings() {
        return IoiSetup.settings();
    }

    @Override
    public int quickSeeds() {
        return 1;
    }

    @Override
    public void run(ExperimentRun run) throws IOException {
        try (HookedTransformer model = run.model(MODEL)) {
            IoiSetup setup = IoiSetup.of(run, model);
            List<String> rows = Stream.concat(
                            setup.penalties().stream().map(IoiSetup::row),
                            Stream.of(IoiDictionaries.PCA, IoiDictionaries.PCA_NON_NEGATIVE))
                    .toList();
            IoiResults results = new IoiResults(setup, rows);
            for (PromptForm form : setup.forms()) {
                results.checks(form.name(), IoiChecks.cell(run, setup, model, form));
            }
            for (long seed : run.seeds()) {
                try (IoiDictionaries dictionaries = new IoiDictionaries(run, setup, model, seed)) {
                    for (PromptForm form : setup.forms()) {
                        measure(run, setup, model, form, dictionaries, rows, seed, results);
                    }
                    if (seed == run.seeds().get(0)) {
                        for (PromptForm form : setup.forms()) {
                            results.features(
                                    form.name(),
                                    ImportantFeatures.cell(
                                            run, setup, model, form, dictionaries, results.reference(form.name(), 0)));
                        }
                    }
                }
            }
            results.addTo(run);
        }
    }

    private static void measure(
            ExperimentRun run,
            IoiSetup setup,
            HookedTransformer model,
            PromptForm form,
            IoiDictionaries dictionaries,
            List<String> rows,
            long seed,
            IoiResults results)
            throws IOException {
        Prompts prompts = Prompts.draw(setup, model, form, seed);
        for (String row : rows) {
            for (Variant variant : Variant.values()) {
                if (IoiDictionaries.has(row, variant)) {
                    String key = form.name() + "-" + IoiDictionaries.key(row, variant) + "-seed" + seed;
                    PatchCurve curve = run.cell(key, PatchCurve.class, () -> {
                        try (PatchedDictionary dictionary = dictionaries.open(row, variant)) {
                            return curve(setup, model, dictionary, prompts, dictionaries.sample());
                        }
                    });
                    results.curve(form.name(), row, variant, curve);
                }
            }
        }
    }

    /** The pairs of one form and seed. No prompt is in both parts. */
    record Prompts(List<PromptPair> selection, List<PromptPair> scoring) {
        static Prompts draw(IoiSetup setup, HookedTransformer model, PromptForm form, long seed) {
            List<PromptPair> all = form.pairs(model, setup.selection() + setup.scoring(), seed);
            return new Prompts(
                    new ArrayList<>(all.subList(0, setup.selection())),
                    new ArrayList<>(all.subList(setup.selection(), all.size())));
        }
    }

    private static PatchCurve curve(
            IoiSetup setup, HookedTransformer model, PatchedDictionary dictionary, Prompts prompts, NDArray sample) {
        Reconstruction reconstruction = Reconstruction.of(dictionary.dictionary(), sample);
        try (FeaturePatching selected = FeaturePatching.of(
                        model, setup.point(), dictionary.dictionary(), dictionary.groups(), prompts.selection());
                FeaturePatching scored = FeaturePatching.of(
                        model, setup.point(), dictionary.dictionary(), dictionary.groups(), prompts.scoring())) {
            double unpatched = selected.patch(List.of()).klPatchedToCounterfactual();
            double[] thresholds = setup.thresholds().stream()
                    .mapToDouble(share -> share * unpatched)
                    .toArray();
            PatchLadder ladder = PatchLadder.options(thresholds)
                    .candidates(setup.candidates())
                    .run(selected)
                    .on(scored);
            return PatchCurve.of(
                    ladder,
                    scored.raw().editSize(),
                    model.width(setup.point()),
                    reconstruction.l0(),
                    reconstruction.fvu());
        }
    }
}
