package dev.assay.experiment.ioi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.experiment.ExperimentRun;
import dev.assay.intervene.patch.FeaturePatching;
import dev.assay.intervene.patch.PatchEffect;
import dev.assay.intervene.patch.PromptPair;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Standard;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Identities of patching with a dictionary that reconstructs exactly: both signs of every dimension.
 *
 * @param editWithoutDifference the edit size of all features when both prompts are equal
 * @param unpatched KL(patched ‖ counterfactual) without patched features
 * @param all the same with all features
 * @param raw the same with the activation of the counterfactual run in place of the patched one
 * @param editDifference the difference between the edit sizes of the last two
 */
record IoiChecks(double editWithoutDifference, double unpatched, double all, double raw, double editDifference) {
    static IoiChecks cell(ExperimentRun run, IoiSetup setup, HookedTransformer model, PromptForm form)
            throws IOException {
        return run.cell("checks-" + form.name(), IoiChecks.class, () -> {
            List<PromptPair> pairs = form.pairs(model, setup.scoring(), 0);
            List<PromptPair> equal = pairs.stream()
                    .map(pair -> new PromptPair(pair.prompt(), pair.prompt()))
                    .toList();
            try (SparseAutoencoder identity = identity(model, setup);
                    FeaturePatching same = FeaturePatching.of(model, setup.point(), identity, equal);
                    FeaturePatching patching = FeaturePatching.of(model, setup.point(), identity, pairs)) {
                List<Integer> all =
                        IntStream.range(0, patching.features()).boxed().toList();
                PatchEffect patched = patching.patch(all);
                PatchEffect raw = patching.raw();
                return new IoiChecks(
                        same.patch(all).editSize(),
                        patching.patch(List.of()).klPatchedToCounterfactual(),
                        patched.klPatchedToCounterfactual(),
                        raw.klPatchedToCounterfactual(),
                        Math.abs(patched.editSize() - raw.editSize()));
            }
        });
    }

    private static SparseAutoencoder identity(HookedTransformer model, IoiSetup setup) {
        int width = model.width(setup.point());
        try (Scope scope = Scope.open()) {
            NDManager manager = model.manager();
            NDArray eye = manager.eye(width);
            NDArray both = eye.concat(eye.neg(), 0);
            return SparseAutoencoder.builder()
                    .architecture(new Standard())
                    .weights(new Weights(
                            both, manager.zeros(new Shape(2L * width)), both, manager.zeros(new Shape(width))))
                    .metadata(
                            SaeMetadata.builder().hookName(setup.point().name()).build())
                    .build();
        }
    }
}
