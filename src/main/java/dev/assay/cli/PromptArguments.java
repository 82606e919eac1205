package dev.assay.cli;

import dev.assay.feature.prompt.PromptMetric;
import dev.assay.feature.prompt.PromptOptions;
import dev.assay.feature.prompt.PromptRanking;
import picocli.CommandLine.Option;

/** A prompt, and the ranking of the features that are active on it. */
final class PromptArguments {
    @Option(names = "--prompt", paramLabel = "TEXT", description = "list the features that are active on this text")
    private String text;

    @Option(
            names = "--rank",
            paramLabel = "RANKING",
            defaultValue = "activation",
            converter = Rankings.class,
            description = "ranking of --prompt: activation, quantile, attribution or effect (default ${DEFAULT-VALUE})")
    private PromptRanking ranking;

    @Option(
            names = "--on",
            paramLabel = "TOKEN",
            description =
                    "for --prompt: rank by the effect on the logit of this token after the prompt (default: the effect on"
                            + " the loss of the prompt)")
    private String token;

    @Option(
            names = "--candidates",
            paramLabel = "N",
            defaultValue = "64",
            description = "for --rank effect: number of features to ablate, in the order of their attributions (default"
                    + " ${DEFAULT-VALUE})")
    private int candidates;

    /** Returns the text; null if there is none. */
    String text() {
        return text;
    }

    PromptOptions options(int count) {
        PromptOptions options = PromptOptions.by(ranking).count(count).candidates(candidates);
        return token == null ? options : options.on(PromptMetric.logit(token));
    }

    static final class Rankings extends ConstantConverter<PromptRanking> {
        Rankings() {
            super(PromptRanking.class);
        }
    }
}
