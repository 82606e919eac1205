package dev.assay.experiment.casestudy;

import dev.assay.InvalidInputException;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.experiment.ExperimentSettings;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.text.Corpus;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The settings of the experiment, checked for a model.
 *
 * @param points the residual stream after some blocks, in order
 * @param corpus the text
 * @param latents the number of latents per dictionary
 * @param active the number of active latents per token
 * @param tokens the number of activations that dictionaries are trained on
 * @param storeTokens the number of tokens of feature stores
 * @param features the studied latents of the last dictionary; empty to choose them
 * @param count the number of features to choose
 * @param contexts the number of contexts per feature
 * @param length the number of tokens per context
 * @param branches the number of causes per feature
 * @param candidates the number of latents whose removal is measured per feature
 * @param planted the number of planted instances
 */
record StudySetup(
        List<HookPoint> points,
        Corpus corpus,
        int latents,
        int active,
        long tokens,
        long storeTokens,
        List<Integer> features,
        int count,
        int contexts,
        int length,
        int branches,
        int candidates,
        int planted) {
    private static final String AUTO = "auto";
    private static final String TEXT = "assay/stories/20000";
    private static final int MOST_LAYERS = 6;

    static List<ExperimentSetting> settings() {
        return List.of(
                new ExperimentSetting(
                        "layers",
                        "blocks whose residual stream has a dictionary; auto for at most six, evenly spaced",
                        AUTO),
                new ExperimentSetting("latents", "latents per dictionary", "1024", "96"),
                new ExperimentSetting("active", "active latents per token", "32", "12"),
                new ExperimentSetting("tokens", "activations to train each dictionary on", "300000", "12000"),
                new ExperimentSetting("feature-tokens", "tokens of the feature stores", "200000", "2000"),
                new ExperimentSetting(
                        "features",
                        "studied latents of the last dictionary; auto for those of the strongest activations",
                        AUTO),
                new ExperimentSetting("count", "number of features with auto", "4", "1"),
                new ExperimentSetting("contexts", "contexts per feature", "4", "2"),
                new ExperimentSetting("context-length", "tokens per context, up to the activation", "32", "12"),
                new ExperimentSetting("branches", "causes per feature", "4", "2"),
                new ExperimentSetting("candidates", "latents whose removal is measured per feature", "256", "24"),
                new ExperimentSetting("planted", "instances with a planted cause", "100"));
    }

    static StudySetup of(ExperimentRun run, HookedTransformer model) {
        ExperimentSettings settings = run.settings();
        List<HookPoint> points = layers(settings, model.config().layers());
        int latents = settings.integer("latents");
        int active = settings.integer("active");
        InvalidInputException.require(
                active <= latents, "setting active", active, "at most the number of latents, " + latents);
        List<Integer> features = settings.indices("features", AUTO, latents);
        return new StudySetup(
                points,
                run.corpus(model, TEXT),
                latents,
                active,
                settings.count("tokens"),
                settings.count("feature-tokens"),
                features,
                settings.integer("count"),
                settings.integer("contexts"),
                settings.integer("context-length"),
                settings.integer("branches"),
                settings.integer("candidates"),
                settings.integer("planted"));
    }

    private static List<HookPoint> layers(ExperimentSettings settings, int layers) {
        if (settings.text("layers").equals(AUTO)) {
            int count = Math.min(layers, MOST_LAYERS);
            return IntStream.rangeClosed(1, count)
                    .mapToObj(i -> HookPoint.residPost(i * layers / count - 1))
                    .toList();
        }
        List<Integer> chosen =
                settings.indices("layers", AUTO, layers).stream().sorted().toList();
        InvalidInputException.require(
                chosen.size() >= 2,
                () -> "setting layers is \"" + settings.text("layers") + "\", expected at least two blocks");
        return chosen.stream().map(HookPoint::residPost).toList();
    }

    /** Returns the index of the dictionary whose features are studied. */
    int last() {
        return points.size() - 1;
    }
}
