package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.attach.TokenTexts;
import dev.assay.intervene.attribute.Attribution;
import dev.assay.intervene.attribute.AttributionCheck;
import dev.assay.intervene.attribute.AttributionReport;
import dev.assay.intervene.attribute.Metric;
import dev.assay.model.HookedTransformer;
import dev.assay.run.DictionaryGroup;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay attribute}: computes the contributions of features to a prediction. */
@Command(
        name = "attribute",
        description =
                "Computes how much each feature of one or more dictionaries contributes to a logit, the difference of two"
                        + " logits, or the loss of a prompt.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AttributeCommand implements Callable<Integer> {
    private enum Method {
        gradient,
        integrated,
        exact
    }

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "DIR",
            arity = "1..*",
            description = "dictionaries, one per site: folders, params.npz, or org/name/folder on the hub")
    private List<String> names;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            required = true,
            description = "prompt whose prediction is attributed")
    private String prompt;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description =
                    "next token whose logit is attributed, including the space before a word (default: the mean loss"
                            + " of the prompt)")
    private String token;

    @Option(names = "--versus", paramLabel = "TOKEN", description = "second token, whose logit is subtracted")
    private String other;

    @Option(
            names = "--position",
            paramLabel = "N",
            defaultValue = "-1",
            description = "position of the prediction, counted from the end if negative (default ${DEFAULT-VALUE})")
    private int position;

    @Option(
            names = "--counterfactual",
            paramLabel = "TEXT",
            description = "counterfactual prompt with the same number of tokens (default: zero activations)")
    private String patch;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            defaultValue = "gradient",
            description = "gradient, integrated, or exact (ablates the features of largest gradient attribution)"
                    + " (default ${DEFAULT-VALUE})")
    private Method method;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "10",
            description = "gradients per site for --method integrated (default ${DEFAULT-VALUE})")
    private int steps;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "20",
            description = "number of features to list (default ${DEFAULT-VALUE})")
    private int top;

    @Mixin
    private ReportOptions report;

    @Mixin
    private DictionaryOptions options;

    @Override
    public Integer call() throws IOException {
        InvalidInputException.requireAtLeast(1, "--top", top);
        if (other != null && token == null) {
            throw new InvalidInputException("--versus was given without --token, expected both or --token alone");
        }
        try (DictionaryGroup loaded = options.loader().openTogether(names)) {
            Attribution attribution = attribution(loaded);
            PrintWriter out = spec.commandLine().getOut();
            if (method == Method.exact) {
                AttributionCheck check = attribution.exact(attribution.gradient(prompt), top);
                report.print(out, check.toText(), check.toJson(), check);
            } else {
                AttributionReport effects = method == Method.gradient
                        ? attribution.gradient(prompt)
                        : attribution.integrated(prompt, steps);
                report.print(out, effects.toText(top), effects.toJson(), effects);
            }
        }
        return 0;
    }

    private Attribution attribution(DictionaryGroup loaded) throws IOException {
        HookedTransformer model = loaded.model();
        Attribution attribution = Attribution.of(loaded.attached().get(0));
        for (int i = 1; i < loaded.attached().size(); i++) {
            attribution = attribution.at(loaded.attached().get(i));
        }
        attribution = patch == null ? attribution : attribution.counterfactual(patch);
        if (token == null) {
            return attribution.metric(Metric.loss(attribution.tokens(prompt)));
        }
        int first = TokenTexts.single(model, token);
        if (other == null) {
            return attribution.metric(
                    Metric.logit(position, first).named("logit of \"" + token + "\" at position " + position));
        }
        int second = TokenTexts.single(model, other);
        return attribution.metric(Metric.logitDifference(position, first, second)
                .named("logit of \"" + token + "\" − \"" + other + "\" at position " + position));
    }
}
