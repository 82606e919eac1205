package dev.assay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.ProgressBar;
import dev.assay.checkpoint.JsonObject;
import dev.assay.feature.FeatureCollector;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.FeatureStore;
import dev.assay.feature.FeatureSummary;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
            names = "--top",
            paramLabel = "N",
            defaultValue = "10",
            description = "how many features to list, strongest first (default ${DEFAULT-VALUE})")
    private int top;

    @Option(names = "--html", paramLabel = "FILE", description = "where the page goes (default DIR/features.html)")
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

    @Option(names = "--again", description = "collect the feature store even if there is one")
    private boolean again;

    @Mixin
    private ModelOptions options;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder, options.device())) {
            RunDescription run = run(sae.metadata());
            try (HookedTransformer transformer = options.load(run)) {
                FeatureInspector inspector = FeatureInspector.of(transformer, sae, store(transformer, sae, run));
                print(out, inspector);
                Path file = page == null ? folder.resolve("features.html") : page;
                inspector
                        .dashboard()
                        .title("Features of "
                                + folder.toAbsolutePath().normalize().getFileName())
                        .metrics(evaluation())
                        .write(file);
                out.println("page: " + file);
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
        Path features = folder.resolve("features");
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

    private void print(PrintWriter out, FeatureInspector inspector) {
        if (chosen.isEmpty()) {
            out.println(FeatureSummary.table(inspector.strongest(top)));
        }
        for (int latent : chosen) {
            out.println(inspector.feature(latent).toText());
        }
    }

    /** The figures of {@code assay evaluate}, if it left any beside the dictionary. */
    private Map<String, Double> evaluation() throws IOException {
        Map<String, Double> figures = new LinkedHashMap<>();
        Path file = folder.resolve(EvaluateCommand.FILE);
        if (Files.isRegularFile(file)) {
            for (Map.Entry<String, JsonNode> field :
                    JsonObject.read(file).node().properties()) {
                if (field.getValue().isNumber()) {
                    figures.put(field.getKey(), field.getValue().doubleValue());
                }
            }
        }
        return figures;
    }
}
