package dev.assay.cli;

import dev.assay.ProgressBar;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.HookedTransformer;
import dev.assay.run.EvaluationFigures;
import dev.assay.run.FeatureFolder;
import dev.assay.run.RunDescription;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay inspect}: what a dictionary's features are, on the terminal and as a page. */
@Command(
        name = "inspect",
        description = "Shows the features of a dictionary, and writes a page about them.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class InspectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "the dictionary's folder")
    private Path folder;

    @Option(names = "--feature", paramLabel = "N", description = "print this feature in full; may be repeated")
    private List<Integer> chosen = List.of();

    @Option(
            names = "--effects",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "what ablation does at each token of the N strongest examples: of --feature, or of every feature on the page (default ${DEFAULT-VALUE})")
    private int effects;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "10",
            description = "how many features to list at most, strongest first (default ${DEFAULT-VALUE})")
    private int top;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "what latents are called: a JSON object of names by their numbers")
    private Path labels;

    @Option(
            names = "--compare",
            paramLabel = "DIR",
            description = "print what this dictionary and another one, with a feature store, have in common")
    private Path other;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description =
                    "where the page goes (default DIR/features.html; none with a prompt, a search or a comparison)")
    private Path page;

    @Option(
            names = "--text",
            paramLabel = "[WEIGHT:]TEXT",
            arity = "1..*",
            description = "text to read, as for assay train (default: as trained on)")
    private List<String> text;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "tokens to read for the feature store (default ${DEFAULT-VALUE})")
    private long tokens;

    @Option(names = "--rebuild", description = "collect the feature store even if there is one")
    private boolean again;

    @Mixin
    private SearchOptions search;

    @Mixin
    private SimilarityOptions likeness;

    @Mixin
    private PromptArguments prompt;

    @Mixin
    private ModelOptions options;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder, options.device())) {
            RunDescription run = run(sae.metadata());
            try (HookedTransformer transformer = options.load(run)) {
                FeatureInspector inspector = FeatureInspector.of(transformer, sae, store(transformer, sae, run));
                inspector = labels == null ? inspector : inspector.labels(LabelFile.read(labels));
                boolean answered = answer(out, inspector);
                if (!answered || page != null) {
                    writePage(out, inspector);
                }
            }
        }
        out.flush();
        return 0;
    }

    /** What run.json says, but for what is asked for; a dictionary from elsewhere has its metadata. */
    private RunDescription run(SaeMetadata metadata) throws IOException {
        boolean complete = options.model() != null && text != null;
        RunDescription run = complete && !Files.exists(folder.resolve(RunDescription.FILE))
                ? described(metadata)
                : RunDescription.read(folder);
        return options.change(run, text);
    }

    private RunDescription described(SaeMetadata metadata) {
        return new RunDescription(
                options.model(),
                metadata.hookName().orElse(""),
                text,
                "text",
                metadata.contextSize().orElse(128),
                metadata.prependBos(),
                0,
                0);
    }

    private FeatureStore store(HookedTransformer transformer, SparseAutoencoder sae, RunDescription run)
            throws IOException {
        Path features = folder.resolve(FeatureFolder.NAME);
        if (!again && FeatureStore.isStore(features)) {
            return FeatureStore.open(features);
        }
        Corpus corpus = run.corpus(transformer.tokenizer());
        try (ProgressBar bar = new ProgressBar("reading", tokens)) {
            return FeatureCollector.of(transformer, sae, corpus)
                    .tokens(tokens)
                    .progress(read -> bar.update(read, ""))
                    .collect(features);
        }
    }

    /** Prints what was asked for and tells whether a question was among it that a page does not answer. */
    private boolean answer(PrintWriter out, FeatureInspector inspector) throws IOException {
        for (int latent : chosen) {
            out.println(inspector.withEffects(effects).feature(latent).toText());
        }
        if (search.given()) {
            out.println(inspector.search(search.search(likeness, top)).toText());
        }
        if (prompt.text() != null) {
            out.println(inspector.prompt(prompt.text(), prompt.options(top)).toText());
        }
        if (other != null) {
            try (OpenedDictionary opened = OpenedDictionary.open(other, options)) {
                out.println(inspector
                        .compare(opened.inspector(), likeness.measure(), likeness.least())
                        .toText());
            }
        }
        boolean answered = search.given() || prompt.text() != null || other != null;
        if (chosen.isEmpty() && !answered) {
            out.println(FeatureSummary.table(inspector.strongest(top)));
        }
        return answered;
    }

    private void writePage(PrintWriter out, FeatureInspector inspector) throws IOException {
        Path file = page == null ? folder.resolve("features.html") : page;
        inspector
                .withEffects(chosen.isEmpty() ? effects : 0)
                .dashboard()
                .title("Features of " + folder.toAbsolutePath().normalize().getFileName())
                .metrics(EvaluationFigures.beside(folder))
                .write(file);
        out.println("page: " + file);
    }
}
