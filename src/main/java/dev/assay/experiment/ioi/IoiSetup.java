package dev.assay.experiment.ioi;

import dev.assay.InvalidInputException;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.experiment.ExperimentSettings;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The settings of the experiment, checked for a model.
 *
 * @param point the patched site
 * @param corpus the text that dictionaries are trained on
 * @param forms the forms of prompts
 * @param latents the number of latents
 * @param penalties the L1 coefficients α, the first is the reference
 * @param tokens the number of activations that dictionaries are trained on
 * @param sample the number of activations that baselines are fitted to
 * @param selection the number of pairs that features are selected on
 * @param scoring the number of pairs that effects are measured on
 * @param thresholds shares of the divergence without patching
 * @param candidates the number of features that the selection starts from
 * @param pageTokens the number of tokens of the page of features
 */
record IoiSetup(
        HookPoint point,
        Corpus corpus,
        List<PromptForm> forms,
        int latents,
        List<Double> penalties,
        long tokens,
        int sample,
        int selection,
        int scoring,
        List<Double> thresholds,
        int candidates,
        long pageTokens) {
    private static final String AUTO = "auto";
    private static final String TEXT = "assay/stories/20000";

    static List<ExperimentSetting> settings() {
        return List.of(
                new ExperimentSetting(
                        "forms",
                        "forms of prompts: story, template or both; auto for both on the experiment's own model and"
                                + " template on another",
                        AUTO),
                new ExperimentSetting(
                        "names",
                        "names in templates, single tokens; auto for common names that the tokenizer knows",
                        AUTO),
                new ExperimentSetting("site", "hook point; auto for the residual stream in the middle", AUTO),
                new ExperimentSetting("latents", "latents per dictionary", "512", "96"),
                new ExperimentSetting(
                        "l1",
                        "L1 coefficients of tied dictionaries (squared error averaged over dimensions); the first is the"
                                + " reference",
                        "0.003,0.01,0.001,0",
                        "0.003"),
                new ExperimentSetting("tokens", "activations to train each dictionary on", "300000", "20000"),
                new ExperimentSetting("sample", "activations to fit baselines to", "8192", "1024"),
                new ExperimentSetting("select", "pairs of prompts that features are selected on", "20", "4"),
                new ExperimentSetting("score", "other pairs that effects are measured on", "60", "6"),
                new ExperimentSetting(
                        "thresholds",
                        "thresholds of the selection, as shares of the divergence without patching",
                        "0.001,0.003,0.01,0.03",
                        "0.003,0.03"),
                new ExperimentSetting(
                        "candidates",
                        "features that the selection starts from, those of the largest changes",
                        "48",
                        "6"),
                new ExperimentSetting("page-tokens", "tokens of the page of features", "100000", "2000"));
    }

    static IoiSetup of(ExperimentRun run, HookedTransformer model) {
        ExperimentSettings settings = run.settings();
        HookPoint point = settings.text("site").equals(AUTO)
                ? HookPoint.residPost(Math.max(0, model.config().layers() / 2 - 1))
                : HookPoint.parse(settings.text("site"));
        InvalidInputException.require(
                model.has(point),
                () -> "setting site is \"" + point + "\", which " + model.name()
                        + " does not have, expected one of the sites that assay describe lists");
        List<Double> penalties = settings.numbers("l1");
        for (double penalty : penalties) {
            InvalidInputException.require(penalty >= 0, "setting l1", penalty, "coefficients of at least 0");
        }
        List<Double> thresholds = settings.numbers("thresholds");
        for (double threshold : thresholds) {
            InvalidInputException.require(threshold > 0, "setting thresholds", threshold, "shares above 0");
        }
        return new IoiSetup(
                point,
                run.corpus(model, TEXT),
                forms(run, model),
                settings.integer("latents"),
                penalties,
                settings.count("tokens"),
                settings.integer("sample"),
                settings.integer("select"),
                settings.integer("score"),
                thresholds,
                settings.integer("candidates"),
                settings.count("page-tokens"));
    }

    private static List<PromptForm> forms(ExperimentRun run, HookedTransformer model) {
        ExperimentSettings settings = run.settings();
        List<String> chosen = !settings.text("forms").equals(AUTO)
                ? settings.texts("forms")
                : run.hasModel() ? List.of(TemplateForm.NAME) : List.of(StoryForm.NAME, TemplateForm.NAME);
        List<PromptForm> forms = new ArrayList<>();
        for (String name : chosen) {
            forms.add(
                    switch (name) {
                        case StoryForm.NAME -> story(model);
                        case TemplateForm.NAME ->
                            settings.text("names").equals(AUTO)
                                    ? TemplateForm.of(model)
                                    : TemplateForm.of(model, settings.texts("names"));
                        default ->
                            throw new InvalidInputException("setting forms is \"" + settings.text("forms")
                                    + "\", expected story, template, both separated by a comma, or auto");
                    });
        }
        return forms;
    }

    private static PromptForm story(HookedTransformer model) {
        for (String name : StoryNames.all()) {
            InvalidInputException.require(
                    TemplateForm.isSingle(model, name),
                    () -> "the form story needs a tokenizer of stories, and the name \"" + name
                            + "\" is not a single token of " + model.name() + ", expected forms=template");
        }
        return new StoryForm();
    }

    /** Returns the name of a trained dictionary in tables. */
    static String row(double penalty) {
        return "l1-"
                + String.format(Locale.ROOT, "%.6f", penalty)
                        .replaceAll("0+$", "")
                        .replaceAll("\\.$", "");
    }
}
