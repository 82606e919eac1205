package dev.assay.experiment.erasure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.evaluate.probe.ActivationEdit;
import dev.assay.evaluate.probe.AffineEraser;
import dev.assay.evaluate.probe.ColumnSelection;
import dev.assay.evaluate.probe.Eraser;
import dev.assay.evaluate.probe.FeatureAblation;
import dev.assay.evaluate.probe.Leace;
import dev.assay.evaluate.probe.ProbeData;
import dev.assay.evaluate.probe.PromptEdits;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Models, dictionaries, prompts and activations of one seed. */
final class SeedState implements AutoCloseable {
    private final HookedTransformer model;
    private final HookedTransformer randomModel;
    private final HookPoint site;
    private final HookPoint[] later;
    private final PromptPool.Splits splits;
    private final NDManager manager;
    private final Map<Control, Dictionary> dictionaries = new EnumMap<>(Control.class);
    private final ProbeData selection;
    private final ProbeData randomSelection;
    private final Map<HookPoint, ProbeData> fitting;
    private final Map<HookPoint, ProbeData> scoring;
    private final Map<HookPoint, ProbeData> randomFitting;
    private final Map<HookPoint, ProbeData> randomScoring;
    private final PromptEdits fittingRuns;
    private final PromptEdits scoringRuns;
    private final long seed;

    SeedState(
            HookedTransformer model,
            HookedTransformer randomModel,
            HookPoint site,
            PromptPool.Splits splits,
            SparseAutoencoder trained,
            SparseAutoencoder ofRandomWeights,
            ErasureSettings settings,
            long seed) {
        this.model = model;
        this.randomModel = randomModel;
        this.site = site;
        this.splits = splits;
        this.seed = seed;
        manager = model.manager().newSubManager();
        fittingRuns = PromptEdits.of(model, site, splits.fitting());
        scoringRuns = PromptEdits.of(model, site, splits.scoring());
        later = IntStream.range(site.block() + 1, model.config().layers())
                .mapToObj(HookPoint::residPost)
                .toArray(HookPoint[]::new);
        HookPoint[] points =
                Stream.concat(Stream.of(site), Arrays.stream(later)).toArray(HookPoint[]::new);
        fitting = PromptEdits.activations(model, splits.fitting(), points);
        scoring = PromptEdits.activations(model, splits.scoring(), points);
        selection = PromptEdits.activations(model, splits.selection(), site).get(site);
        randomFitting = PromptEdits.activations(randomModel, splits.fitting(), points);
        randomScoring = PromptEdits.activations(randomModel, splits.scoring(), points);
        randomSelection =
                PromptEdits.activations(randomModel, splits.selection(), site).get(site);
        dictionaries.put(Control.TRAINED, trained);
        dictionaries.put(Control.RANDOM_WEIGHTS, ofRandomWeights);
        NDArray sample = Scope.detached(() -> selection.toArray(manager));
        dictionaries.put(
                Control.RANDOM,
                Baselines.of(sample).seed(seed).random(settings.latents() / 2).topK(settings.active()));
    }

    HookPoint site() {
        return site;
    }

    HookedTransformer model() {
        return model;
    }

    HookedTransformer randomModel() {
        return randomModel;
    }

    PromptPool.Splits splits() {
        return splits;
    }

    /** Returns the residual stream after each block after the edited one. */
    HookPoint[] later() {
        return later.clone();
    }

    ProbeData selection() {
        return selection;
    }

    ProbeData randomSelection() {
        return randomSelection;
    }

    /** Returns unedited rows of the fitting part at the edited site. */
    ProbeData fitting() {
        return fitting.get(site);
    }

    ProbeData fitting(HookPoint point) {
        return fitting.get(point);
    }

    /** Returns unedited rows of the scoring part at the edited site. */
    ProbeData scoring() {
        return scoring.get(site);
    }

    ProbeData scoring(HookPoint point) {
        return scoring.get(point);
    }

    ProbeData randomFitting(HookPoint point) {
        return randomFitting.get(point);
    }

    ProbeData randomScoring(HookPoint point) {
        return randomScoring.get(point);
    }

    PromptEdits fittingRuns() {
        return fittingRuns;
    }

    PromptEdits scoringRuns() {
        return scoringRuns;
    }

    Dictionary dictionary(Control control) {
        return dictionaries.get(control);
    }

    /** Returns the factor from the activations that a dictionary was trained on to those of the trained model. */
    private double scale(Control control) {
        return control == Control.RANDOM_WEIGHTS ? size(selection) / size(randomSelection) : 1;
    }

    private static double size(ProbeData data) {
        return Math.sqrt(Arrays.stream(data.values()).map(x -> x * x).average().orElse(1));
    }

    /** Returns the codes of the selection prompts. */
    ProbeData codes(Control control) {
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            NDArray x = selection.toArray(manager).mul((float) (1 / scale(control)));
            return ProbeData.of(dictionary(control).encode(x).dense(), selection.labels());
        }
    }

    /** Returns the latents with the largest difference of the class means on the selection prompts. */
    int[] best(Control control, int count) {
        ProbeData codes = codes(control);
        return ColumnSelection.meanDifference().select(codes, Math.min(count, codes.width()));
    }

    /** Ablates the best latents. */
    NamedEdit ablationOfBest(Control control, int count) {
        return ablation(control, best(control, count));
    }

    NamedEdit ablation(Control control, int[] latents) {
        ActivationEdit edit = FeatureAblation.of(dictionary(control), scale(control), latents);
        return new NamedEdit(edit, onRows(edit));
    }

    private Eraser onRows(ActivationEdit edit) {
        return data -> {
            try (Autograd off = Autograd.off();
                    Scope scope = Scope.open()) {
                return ProbeData.of(edit.apply(data.toArray(manager)), data.labels());
            }
        };
    }

    /** Removes the component along the decoder direction of the best latent. */
    NamedEdit direction(Control control) {
        try (Scope scope = Scope.open()) {
            float[] direction =
                    dictionary(control).decoder().get(best(control, 1)[0]).toFloatArray();
            double[] wide = IntStream.range(0, direction.length)
                    .mapToDouble(i -> direction[i])
                    .toArray();
            return affine(AffineEraser.ofDirection(wide));
        }
    }

    NamedEdit meanProjection(Control control) {
        return switch (control) {
            case TRAINED -> affine(AffineEraser.meanProjection(fitting()));
            case RANDOM -> affine(AffineEraser.ofDirection(randomDirection()));
            case RANDOM_WEIGHTS -> affine(AffineEraser.meanProjection(randomFitting(site)));
        };
    }

    NamedEdit leace(Control control) {
        AffineEraser trained = Leace.fit(fitting());
        return switch (control) {
            case TRAINED -> affine(trained);
            case RANDOM ->
                affine(new AffineEraser(
                        AffineEraser.ofDirection(randomDirection()).projection(), trained.centre()));
            case RANDOM_WEIGHTS ->
                affine(new AffineEraser(Leace.fit(randomFitting(site)).projection(), trained.centre()));
        };
    }

    private double[] randomDirection() {
        SplittableRandom random = new SplittableRandom(seed + 17);
        return IntStream.range(0, fitting().width())
                .mapToDouble(i -> random.nextGaussian())
                .toArray();
    }

    private NamedEdit affine(AffineEraser eraser) {
        return new NamedEdit(eraser.inFloat32(manager), eraser);
    }

    @Override
    public void close() {
        fittingRuns.close();
        scoringRuns.close();
        dictionaries.values().forEach(Dictionary::close);
        randomModel.close();
        manager.close();
    }
}
