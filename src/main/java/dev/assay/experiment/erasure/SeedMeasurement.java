package dev.assay.experiment.erasure;

import dev.assay.evaluate.probe.EditResult;
import dev.assay.evaluate.probe.EditedPositions;
import dev.assay.evaluate.probe.Eraser;
import dev.assay.evaluate.probe.LogisticRegression;
import dev.assay.evaluate.probe.MlpOptions;
import dev.assay.evaluate.probe.MlpProbe;
import dev.assay.evaluate.probe.ProbeData;
import dev.assay.evaluate.probe.ProbeScores;
import dev.assay.evaluate.probe.PromptEdits;
import dev.assay.model.hook.HookPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The measurements of one seed. */
final class SeedMeasurement {
    private static final double[] GRID = {1e-4, 1e-3, 1e-2, 1e-1, 1};
    private static final int FOLDS = 4;

    /** Gradient norm at which a probe is fitted. Above the rounding of activations in float32, so that a probe of noise keeps weights 0. */
    private static final double TOLERANCE = 1e-6;

    private final SeedState state;
    private final MlpOptions mlp;
    private final LogisticRegression regression;
    private final double c;
    private final HookPoint[] later;

    SeedMeasurement(SeedState state, ErasureSettings settings, long seed) {
        this.state = state;
        mlp = MlpOptions.seeded(seed).withHidden(settings.hidden());
        LogisticRegression standardized =
                LogisticRegression.withC(1).standardized().tolerance(TOLERANCE);
        c = standardized
                .crossValidated(state.fitting(), GRID, FOLDS, seed)
                .fit()
                .c();
        regression = LogisticRegression.withC(c).standardized().tolerance(TOLERANCE);
        later = state.later();
    }

    ErasureMeasures.Base base(long seed) {
        ProbeData fitting = state.fitting();
        ProbeData scoring = state.scoring();
        List<Double> linear = new ArrayList<>();
        List<Double> nonLinear = new ArrayList<>();
        List<Double> linearRandomWeights = new ArrayList<>();
        for (HookPoint point : later) {
            linear.add(linear(state.fitting(point), state.scoring(point)).accuracy());
            nonLinear.add(MlpProbe.fit(state.fitting(point), mlp)
                    .evaluate(state.scoring(point))
                    .accuracy());
            linearRandomWeights.add(linear(state.randomFitting(point), state.randomScoring(point))
                    .accuracy());
        }
        ErasureMeasures.Probes shuffled = probes(
                fitting.withShuffledLabels(seed),
                state.selection().withShuffledLabels(seed + 1),
                scoring.withShuffledLabels(seed + 2));
        ErasureMeasures.Probes randomWeights =
                probes(state.randomFitting(state.site()), state.randomSelection(), state.randomScoring(state.site()));
        try (PromptEdits randomModel =
                PromptEdits.of(state.randomModel(), state.site(), state.splits().scoring())) {
            return new ErasureMeasures.Base(
                    state.selection().rows(),
                    fitting.rows(),
                    scoring.rows(),
                    c,
                    probes(fitting, state.selection(), scoring),
                    shuffled,
                    randomWeights,
                    state.scoringRuns().baseRightProbability(),
                    randomModel.baseRightProbability(),
                    linear,
                    nonLinear,
                    linearRandomWeights);
        }
    }

    private ProbeScores linear(ProbeData training, ProbeData heldOut) {
        return regression.fit(training).probe().evaluate(heldOut);
    }

    private ErasureMeasures.Probes probes(ProbeData training, ProbeData other, ProbeData heldOut) {
        ProbeScores linear = linear(training, heldOut);
        return new ErasureMeasures.Probes(
                linear.accuracy(),
                linear.auroc(),
                linear(other, heldOut).accuracy(),
                MlpProbe.fit(training, mlp).evaluate(heldOut).accuracy());
    }

    /** Trains fresh probes on edited rows. */
    ErasureMeasures.Probes probes(NamedEdit edit) {
        Eraser eraser = edit.onRows();
        return probes(eraser.erase(state.fitting()), eraser.erase(state.selection()), eraser.erase(state.scoring()));
    }

    /** Runs the model with an edit, and trains fresh probes of the later layers. */
    ErasureMeasures.Effects effects(NamedEdit edit, EditedPositions positions, boolean withMlp) {
        EditResult scored = state.scoringRuns().run(edit.inModel(), positions, later);
        List<Double> linear = new ArrayList<>();
        List<Double> nonLinear = new ArrayList<>();
        if (later.length > 0) {
            EditResult fitted = state.fittingRuns().run(edit.inModel(), positions, later);
            for (HookPoint point : later) {
                ProbeData training = fitted.activations().get(point);
                ProbeData heldOut = scored.activations().get(point);
                linear.add(linear(training, heldOut).accuracy());
                if (withMlp) {
                    nonLinear.add(MlpProbe.fit(training, mlp).evaluate(heldOut).accuracy());
                }
            }
        }
        return new ErasureMeasures.Effects(
                scored.meanRightProbability(), scored.meanEditSize(), scored.meanDivergence(), linear, nonLinear);
    }

    /** Compares the best feature with features that are active on about as many prompts. */
    ErasureMeasures.Matched matched(int count, int prompts) {
        ProbeData codes = state.codes(Control.TRAINED);
        double[] frequency = new double[codes.width()];
        for (int i = 0; i < codes.rows(); i++) {
            for (int j = 0; j < frequency.length; j++) {
                frequency[j] += codes.value(i, j) > 0 ? 1.0 / codes.rows() : 0;
            }
        }
        int best = state.best(Control.TRAINED, 1)[0];
        int[] nearest = IntStream.range(0, frequency.length)
                .filter(latent -> latent != best && frequency[latent] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble(latent -> Math.abs(frequency[latent] - frequency[best])))
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
        double base = linear(state.fitting(), state.scoring()).accuracy();
        double largest = 0;
        List<ErasureMeasures.Drops> random = new ArrayList<>();
        try (PromptEdits runs = PromptEdits.of(
                state.model(), state.site(), state.splits().scoring().first(prompts))) {
            for (int latent : nearest) {
                random.add(drops(runs, base, latent));
                largest = Math.max(largest, Math.abs(frequency[latent] - frequency[best]));
            }
            return new ErasureMeasures.Matched(drops(runs, base, best), random, frequency[best], largest);
        }
    }

    private ErasureMeasures.Drops drops(PromptEdits runs, double base, int latent) {
        NamedEdit edit = state.ablation(Control.TRAINED, new int[] {latent});
        EditResult result = runs.run(edit.inModel(), EditedPositions.PREDICTION);
        double size = result.meanEditSize();
        double accuracy = linear(
                        edit.onRows().erase(state.fitting()), edit.onRows().erase(state.scoring()))
                .accuracy();
        double probability = runs.baseRightProbability() - result.meanRightProbability();
        // A feature that is inactive on the scored prompts changes nothing.
        return new ErasureMeasures.Drops(size > 0 ? (base - accuracy) / size : 0, size > 0 ? probability / size : 0);
    }
}
