package dev.assay.experiment.ioi;

import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ioi.IoiExperiment.Prompts;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.report.PeakTokens;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.intervene.patch.FeaturePatching;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The features that the selection keeps longest, with the effect of each one alone.
 *
 * @param features by descending effect
 */
record ImportantFeatures(List<Important> features) {
    private static final int MOST = 12;
    private static final int THRESHOLDS = 3; // the steps before are none, all and start
    private static final String FOLDER = "features";
    private static final String PAGE = "page.html";

    /**
     * One feature.
     *
     * @param latent the latent
     * @param step the last step of the ladder that has it
     * @param decrease of KL(patched ‖ counterfactual) when only this feature is patched, mean over the scoring pairs
     * @param tokens the tokens of its strongest activations
     */
    record Important(int latent, String step, double decrease, List<String> tokens) {
        /** Returns the address of the feature in the folder of results. */
        String page() {
            return "artifacts/" + FOLDER + "/" + PAGE + "#feature-" + latent;
        }
    }

    /** Measures the features of the reference dictionary and writes the page of its features. */
    static ImportantFeatures cell(
            ExperimentRun run,
            IoiSetup setup,
            HookedTransformer model,
            PromptForm form,
            IoiDictionaries dictionaries,
            PatchCurve curve)
            throws IOException {
        long seed = run.seeds().get(0);
        String row = IoiSetup.row(setup.penalties().get(0));
        Path folder = run.artifact(FOLDER, target -> {
            try (SparseAutoencoder sae = dictionaries.trained(row)) {
                FeatureStore store = FeatureCollector.of(model, sae, setup.corpus())
                        .tokens(setup.pageTokens())
                        .collect(target.resolve("store"));
                FeatureInspector.of(model, sae, store)
                        .dashboard()
                        .title("Features of " + row + " at " + setup.point())
                        .write(target.resolve(PAGE));
            }
        });
        return run.cell("features-" + form.name(), ImportantFeatures.class, () -> {
            Prompts prompts = Prompts.draw(setup, model, form, seed);
            try (SparseAutoencoder sae = dictionaries.trained(row);
                    FeaturePatching patching = FeaturePatching.of(model, setup.point(), sae, prompts.scoring())) {
                FeatureStore store = FeatureStore.open(folder.resolve("store"));
                PeakTokens peaks = new PeakTokens(store.hasTokenBytes() ? store : store.withTexts(model.tokenizer()));
                double unpatched = patching.patch(List.of()).klPatchedToCounterfactual();
                List<Important> features = new ArrayList<>();
                for (int step = curve.steps().size() - 1; step >= THRESHOLDS && features.size() < MOST; step--) {
                    for (int latent : curve.features().get(step)) {
                        if (features.size() < MOST && features.stream().noneMatch(each -> each.latent() == latent)) {
                            double alone = patching.patch(List.of(latent)).klPatchedToCounterfactual();
                            features.add(new Important(
                                    latent, curve.steps().get(step), unpatched - alone, peaks.of(latent)));
                        }
                    }
                }
                features.sort(Comparator.comparingDouble(Important::decrease).reversed());
                return new ImportantFeatures(features);
            }
        });
    }
}
