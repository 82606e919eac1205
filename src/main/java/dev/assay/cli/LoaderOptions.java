package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.model.config.Precision;
import dev.assay.run.Run;
import dev.assay.run.RunLoader;
import java.util.List;
import picocli.CommandLine.Option;

/** The model, the sites and the text of a dictionary, which are those of training unless they are named. */
final class LoaderOptions {
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

    /** Returns the options of a {@link Run} with the values of the command line, on the CPU. */
    RunLoader loader() {
        RunLoader loader = withModel(Run.loader()).sites(sites).targets(targets);
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

    /** Adds the model and its precision to other options. */
    RunLoader withModel(RunLoader loader) {
        if (model != null) {
            loader.model(model);
        }
        if (precision != null) {
            loader.precision(precision);
        }
        return loader;
    }

    /** Returns the name of the model, or another name if none was given. */
    String modelOr(String other) {
        return model == null ? other : model;
    }

    /** Checks that there is at most one site, for commands with one dictionary. */
    void requireOneSite() {
        InvalidInputException.require(
                sites.size() <= 1 && targets.size() <= 1,
                () -> "--site or --target was given more than once, expected one site for one dictionary");
    }
}
