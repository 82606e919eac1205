package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.model.config.Precision;
import dev.assay.run.Run;
import dev.assay.run.RunLoader;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What a dictionary is for: its model, site and text, which are those of training unless they are named. Shared by all commands that open
 * a dictionary.
 */
final class DictionaryOptions {
    /** Describes the parameter that names a dictionary. */
    static final String DIR = "a dictionary: its folder, params.npz, or org/name/folder on the hub";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description =
                    "folder of a Hugging Face model, hub name org/name[@revision], or assay/stories (default: the model of training)")
    private String model;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            description = "precision of the model: float32, bfloat16 or float16 (default: that of training)")
    private Precision precision;

    @Option(
            names = "--site",
            paramLabel = "SITE",
            description =
                    "site that the dictionary reads, such as blocks.2.hook_resid_post or model.layers.2; once per dictionary, in"
                            + " their order (default: the site in its metadata)")
    private List<String> sites = List.of();

    @Option(
            names = "--target",
            paramLabel = "SITE",
            description = "site that a transcoder predicts (default: the site in its metadata)")
    private List<String> targets = List.of();

    @Option(
            names = "--text",
            paramLabel = "[WEIGHT:]TEXT",
            arity = "1..*",
            description = "text to read, as for assay train (default: the text of training)")
    private List<String> text;

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "tokens per context of the text (default: that of training)")
    private Integer context;

    @Option(
            names = "--prepend-bos",
            negatable = true,
            fallbackValue = "true",
            description = "start contexts and prompts with BOS (default: as in training, or what the tokenizer does)")
    private Boolean prependBos;

    @Mixin
    private DeviceOption place;

    /** Returns the options of a {@link Run} with the values of the command line. */
    RunLoader loader() {
        RunLoader loader = Run.loader().device(place.device()).sites(sites).targets(targets);
        if (model != null) {
            loader.model(model);
        }
        if (precision != null) {
            loader.precision(precision);
        }
        if (text != null) {
            loader.text(text);
        }
        if (context != null) {
            InvalidInputException.requireAtLeast(2, "--context", context);
            loader.contextLength(context);
        }
        if (prependBos != null) {
            loader.prependBos(prependBos);
        }
        return loader;
    }

    /** Returns options for another dictionary of the same command, to which the text and the site do not apply. */
    RunLoader loaderOfOther() {
        RunLoader loader = Run.loader().device(place.device());
        if (model != null) {
            loader.model(model);
        }
        if (precision != null) {
            loader.precision(precision);
        }
        return loader;
    }

    /** Opens one dictionary. */
    Run open(String name) {
        return open(name, loader());
    }

    /** Opens one dictionary with changed options. */
    Run open(String name, RunLoader loader) {
        InvalidInputException.require(
                sites.size() <= 1 && targets.size() <= 1,
                () -> "--site or --target was given more than once, expected one site for one dictionary");
        return loader.open(name);
    }

    /** Prints what the feature store of a dictionary has other than was asked for. */
    void reportStoreDifferences(Run run) throws IOException {
        run.storeDifferences().forEach(sentence -> spec.commandLine().getErr().println("assay: " + sentence));
    }
}
