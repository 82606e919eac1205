package dev.assay.cli;

import dev.assay.ProgressBar;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.report.LatentRange;
import dev.assay.feature.store.FeatureStore;
import dev.assay.run.Run;
import dev.assay.run.RunLoader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay inspect}: shows the features of a dictionary in the terminal and as a page. */
@Command(
        name = "inspect",
        description = "Shows the features of a dictionary and writes them to a page.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class InspectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = DictionaryOptions.DIR)
    private String name;

    @Option(
            names = "--feature",
            paramLabel = "N",
            description =
                    "print these features in full: a number, or a list with ranges such as 3,17,40-44; may be repeated")
    private List<String> chosen = List.of();

    @Option(
            names = "--effects",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "show the effect of ablation at each token of the N strongest examples, for --feature or for every feature of the"
                            + " page (default ${DEFAULT-VALUE})")
    private int effects;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "10",
            description = "maximum number of features to list, strongest first (default ${DEFAULT-VALUE})")
    private int top;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "labels of latents: a JSON object from the number of a latent to its label")
    private Path labels;

    @Option(
            names = "--compare",
            paramLabel = "DIR",
            description = "compare with another dictionary that has a feature store")
    private String other;

    @Option(names = "--anyway", description = "compare dictionaries of different models or sites by cosine")
    private boolean anyway;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description =
                    "file of the page (default DIR/features.html; none with a feature, a prompt, a search or a comparison)")
    private Path page;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "number of tokens to read for the feature store (default ${DEFAULT-VALUE})")
    private long tokens;

    @Option(names = "--rebuild", description = "rebuild the feature store even if it exists")
    private boolean rebuild;

    @Mixin
    private SearchOptions search;

    @Mixin
    private SimilarityOptions likeness;

    @Mixin
    private PromptArguments prompt;

    @Mixin
    private DictionaryOptions options;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<LatentRange> printed = chosen.stream()
                .flatMap(list -> LatentRange.parse(list).stream())
                .toList();
        RunLoader loader = options.loader();
        if (spec.commandLine().getParseResult().hasMatchedOption("--tokens")) {
            loader.featureTokens(tokens);
        }
        try (Run run = options.open(name, loader)) {
            FeatureInspector inspector = inspector(run);
            inspector = labels == null ? inspector : inspector.labels(LabelFile.read(labels));
            for (LatentRange range : printed) {
                inspector
                        .withEffects(effects)
                        .reports(range.first(), range.end())
                        .forEach(report -> out.println(report.toText()));
            }
            boolean queried = printQueries(out, run, inspector);
            if (printed.isEmpty() && !queried) {
                out.println(FeatureSummary.table(inspector.strongest(top)));
            }
            if (page != null || printed.isEmpty() && !queried) {
                writePage(out, run, inspector);
            }
        }
        out.flush();
        return 0;
    }

    /** Collects the feature store with a progress bar, unless there is one. */
    private FeatureInspector inspector(Run run) throws IOException {
        if (!rebuild && FeatureStore.isStore(run.layout().features())) {
            options.reportStoreDifferences(run);
            return run.inspector();
        }
        run.corpus(); // loads the model before the bar starts
        try (ProgressBar bar = new ProgressBar("reading", tokens)) {
            run.collectFeatures(read -> bar.update(read, ""));
        }
        return run.inspector();
    }

    /** Prints the results of a prompt, a search and a comparison; returns whether one of them was requested. */
    private boolean printQueries(PrintWriter out, Run run, FeatureInspector inspector) throws IOException {
        if (search.isSet()) {
            out.println(inspector.search(search.search(likeness, top)).toText());
        }
        if (prompt.text() != null) {
            out.println(inspector.prompt(prompt.text(), prompt.options(top)).toText());
        }
        if (other != null) {
            try (Run compared = options.loaderOfOther().open(other)) {
                compared.storedFeatures();
                if (!anyway && likeness.measure().isCosine()) {
                    run.space().requireSame(compared.space());
                }
                out.println(inspector
                        .compare(compared.inspector(), likeness.measure(), likeness.least())
                        .toText());
            }
        }
        return search.isSet() || prompt.text() != null || other != null;
    }

    private void writePage(PrintWriter out, Run run, FeatureInspector inspector) throws IOException {
        Path file = page == null ? run.layout().page() : page;
        run.dashboard(inspector.withEffects(chosen.isEmpty() ? effects : 0)).write(file);
        out.println("page: " + file);
    }
}
