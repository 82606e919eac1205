package dev.assay.experiment.layers;

import dev.assay.InvalidInputException;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSettings;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.method.TrainingMethods;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The plan of a run, read from its settings before any work. */
record LayerPlan(
        List<Integer> layers, // empty for all
        int residualRatio,
        double mlpRatio,
        List<Double> l1,
        List<String> architectures,
        List<Double> coefficients,
        List<Double> ks,
        long tokens,
        int batch,
        double learningRate,
        long evaluationTokens,
        int context,
        int concept,
        int conceptTokens) {
    static final String RESIDUAL = "tied";
    static final String MLP = "standard";

    static LayerPlan of(ExperimentRun run) {
        ExperimentSettings settings = run.settings();
        List<String> architectures =
                settings.text("architectures").equals("none") ? List.of() : settings.texts("architectures");
        architectures.forEach(TrainingMethods::of);
        List<Double> l1 = settings.numbers("l1");
        for (double coefficient : l1) {
            InvalidInputException.require(
                    coefficient >= 0,
                    () -> "setting l1 is \"" + settings.text("l1") + "\", expected numbers of at least 0");
        }
        String name = settings.text("concept");
        int concept = StoryCorpus.conceptIndex(name)
                .orElseThrow(() -> new InvalidInputException(
                        "setting concept is \"" + name + "\", expected the name of a concept of the stories, such as "
                                + StoryCorpus.concepts().get(0).name()));
        return new LayerPlan(
                settings.indices("layers", "all"),
                settings.integer("residual-ratio"),
                settings.number("mlp-ratio"),
                l1,
                architectures,
                settings.numbers("coefficient"),
                settings.integers("k").stream().map(Integer::doubleValue).toList(),
                settings.count("tokens"),
                settings.integer("batch"),
                settings.number("learning-rate"),
                settings.count("evaluation-tokens"),
                settings.integer("context"),
                concept,
                settings.integer("concept-tokens"));
    }

    /** Returns the residual stream after each layer, then the MLP of each layer after its activation. */
    List<HookPoint> points(HookedTransformer model) {
        int depth = model.config().layers();
        List<Integer> chosen =
                layers.isEmpty() ? IntStream.range(0, depth).boxed().toList() : layers;
        for (int layer : chosen) {
            InvalidInputException.require(
                    layer < depth,
                    () -> "setting layers has " + layer + ", expected less than " + depth + ", the number of layers of "
                            + model.name());
        }
        List<HookPoint> points = new ArrayList<>();
        chosen.forEach(layer -> points.add(HookPoint.residPost(layer)));
        chosen.forEach(layer -> points.add(HookPoint.mlpPost(layer)));
        return points;
    }

    /** Returns all dictionaries of the points: the L1 coefficients of the site's main architecture, then the other architectures. */
    List<LayerMember> members(HookedTransformer model, List<HookPoint> points) {
        List<LayerMember> members = new ArrayList<>();
        for (HookPoint point : points) {
            boolean residual = isResidual(point.name());
            int width = model.width(point);
            int latents = residual ? residualRatio * width : (int) Math.max(1, Math.round(mlpRatio * width));
            String main = main(point.name());
            l1.forEach(value -> members.add(new LayerMember(point.name(), main, value, latents)));
            for (String architecture : architectures) {
                if (!architecture.equals(main)) {
                    (LayerMember.countsLatents(architecture) ? ks : coefficients)
                            .forEach(value -> members.add(new LayerMember(point.name(), architecture, value, latents)));
                }
            }
        }
        return members;
    }

    static boolean isResidual(String site) {
        return site.endsWith("hook_resid_post");
    }

    /** Returns the main architecture of a site: tied on the residual stream, untied on MLPs. */
    static String main(String site) {
        return isResidual(site) ? RESIDUAL : MLP;
    }
}
