package dev.assay.cli;

import dev.assay.feature.prompt.PromptMetric;
import dev.assay.feature.prompt.PromptOptions;
import dev.assay.feature.prompt.PromptRanking;
import picocli.CommandLine.Option;

/** A prompt, and what is asked about the features that are active there. */
final class PromptArguments {
    @Option(names = "--prompt", paramLabel = "TEXT", description = "print the features that are active on this text")
    private String text;

    @Option(
            names = "--rank",
            paramLabel = "RANKING",
            defaultValue = "activation",
            converter = Rankings.class,
            description = "of --prompt: by activation, quantile, attribution or effect (default ${DEFAULT-VALUE})")
    private PromptRanking ranking;

    @Option(
            names = "--on",
            paramLabel = "TOKEN",
            description =
                    "of --prompt: rank by what features do to the logit of this token behind the prompt (default: the"
                            + " loss on the prompt)")
    private String token;

    @Option(
            names = "--candidates",
            paramLabel = "N",
            defaultValue = "64",
            description = "of --rank effect: how many features are ablated, those of the largest attributions (default"
                    + " ${DEFAULT-VALUE})")
    private int candidates;

    /** Returns the text, or null where none was given. */
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
