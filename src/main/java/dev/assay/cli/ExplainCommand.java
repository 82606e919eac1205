package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.ProgressBar;
import dev.assay.explain.ExampleOptions;
import dev.assay.explain.judge.ExplainerOptions;
import dev.assay.explain.llm.CachedModel;
import dev.assay.explain.llm.CostEstimate;
import dev.assay.explain.llm.DryRunModel;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.offline.MiniLmEmbedder;
import dev.assay.explain.offline.RandomModelControl;
import dev.assay.explain.run.ControlCost;
import dev.assay.explain.run.ExplainLog;
import dev.assay.explain.run.ExplainPlan;
import dev.assay.explain.run.ExplainRun;
import dev.assay.explain.run.ExplainSession;
import dev.assay.explain.run.ExplainSummary;
import dev.assay.explain.run.GivenExplanations;
import dev.assay.explain.run.NeuronpediaImport;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.Json;
import dev.assay.run.Run;
import dev.assay.run.RunLoader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay explain}: explains the features of a run in words and scores the explanations. */
@Command(
        name = "explain",
        description = "Explains features in words and scores the explanations next to controls (docs/explaining.md).",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ExplainCommand implements Callable<Integer> {
    private static final String ANSWERS = "answers.jsonl";

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = "a run folder; its feature store is collected if it has none")
    private String name;

    @Option(
            names = "--offline",
            paramLabel = "NAME",
            description = "explainer that needs no language model: token-lookup, bigram, logit-weights or concept")
    private String offline;

    @Option(
            names = "--features",
            paramLabel = "N",
            defaultValue = "100",
            description = "number of features to draw from all features (default ${DEFAULT-VALUE})")
    private int features;

    @Option(names = "--feature", paramLabel = "N", description = "explain this feature; may be repeated")
    private List<Integer> chosen = List.of();

    @Option(
            names = "--scorers",
            paramLabel = "NAME",
            split = ",",
            description =
                    "scorers: whole-corpus, detection, fuzzing, discrimination, simulation, saebench, embedding; with a language model"
                            + " llm-detection, llm-fuzzing, llm-fuzz-nonactivating, llm-intruder, llm-saebench, llm-surprisal (default:"
                            + " whole-corpus,detection,fuzzing; llm-detection,llm-fuzzing for explanations of a language model)")
    private List<String> scorers = List.of();

    @Option(
            names = "--simulator",
            paramLabel = "NAME",
            defaultValue = "rule",
            description =
                    "simulator of scorers without a language model of their own: rule, or with a language model json-hard,"
                            + " json-logprob, echo-unknown, one-at-a-time (default ${DEFAULT-VALUE})")
    private String simulator;

    @Option(
            names = "--prompt-style",
            paramLabel = "NAME",
            defaultValue = "marked-text",
            description =
                    "examples in the prompt of a language model that explains: marked-text as in delphi, token-levels as in OpenAI's"
                            + " protocol, saebench (default ${DEFAULT-VALUE})")
    private String promptStyle;

    @Option(
            names = "--similar-negatives",
            description =
                    "add silent windows whose text is like that of active windows, by sentence embedding; needs an optional library"
                            + " (docs/explaining.md)")
    private boolean similarNegatives;

    @Option(
            names = "--promoted-tokens",
            description = "add the tokens that a feature makes more likely to the prompt of the explainer")
    private boolean promotedTokens;

    @Option(
            names = "--no-token-lookup",
            description =
                    "leave out the control of token lookup where a language model would judge it, which saves requests; the tables"
                            + " state the omission")
    private boolean noTokenLookup;

    @Option(
            names = "--random-model",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "add the control of a dictionary of the same model with random weights, which is trained and kept in the"
                            + " folder of explanations (default ${DEFAULT-VALUE})")
    private boolean randomModel;

    @Option(
            names = "--random-model-tokens",
            paramLabel = "N",
            description =
                    "number of activations to train that dictionary on (default: as many as the dictionary of the run was trained"
                            + " on, at most 1,000,000)")
    private Long randomModelTokens;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "seed of the split, the examples and the drawn features (default ${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--min-documents",
            paramLabel = "N",
            defaultValue = "30",
            description =
                    "number of training and of test documents on which a feature must be active (default ${DEFAULT-VALUE})")
    private int minimumDocuments;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "write to RUN/explanations/NAME, for several explanations of one feature (default: RUN/explanations)")
    private String folderName;

    @Option(names = "--dry-run", description = "print the cost and send nothing")
    private boolean dryRun;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Option(
            names = "--import",
            paramLabel = "FILE",
            description =
                    "add the explanations of a Neuronpedia file (JSON, JSON lines or .gz); with --scorers, also score them")
    private Path imported;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "number of tokens to read for the feature store (default ${DEFAULT-VALUE})")
    private long tokens;

    @Mixin
    private LanguageModelOptions languageModel;

    @Mixin
    private DeviceOption place;

    private Optional<GivenExplanations> given = Optional.empty();

    @Override
    public Integer call() throws IOException {
        RunLoader loader = Run.loader().device(place.device()).featureTokens(tokens);
        try (Run run = loader.open(name)) {
            if (imported != null && scorers.isEmpty()) {
                addImported(run);
                return 0;
            }
            Path folder = folder(run, imported == null ? "" : NeuronpediaImport.KIND);
            if (imported != null) {
                given = Optional.of(new GivenExplanations(
                        NeuronpediaImport.KIND, NeuronpediaImport.read(imported).explanations()));
            }
            FeatureInspector inspector = inspector(run);
            if (languageModel.isSet()) {
                explain(run, inspector, folder);
            } else {
                InvalidInputException.require(
                        offline != null || given.isPresent(),
                        "nothing explains the features, expected --offline NAME, or --server and --model");
                ExplainSession session = completed(run, ExplainSession.offline(inspector, run.corpus(), plan()));
                if (dryRun) {
                    printCost(new CostEstimate(0, 0, 0, 0), controlCost(run, session, folder, Optional.empty()));
                } else {
                    print(work(session, folder), folder);
                }
            }
        }
        return 0;
    }

    private Path folder(Run run, String otherwise) {
        Path all = run.layout().explanations();
        return all.resolve(folderName == null ? otherwise : folderName);
    }

    private void addImported(Run run) throws IOException {
        Path target = folder(run, NeuronpediaImport.KIND);
        int count = NeuronpediaImport.read(imported).write(target, run.features());
        spec.commandLine().getOut().println("imported: " + count + " explanations to " + target);
    }

    /** Collects the feature store with a progress bar, unless there is one. */
    private FeatureInspector inspector(Run run) throws IOException {
        if (!FeatureStore.isStore(run.layout().features())) {
            run.corpus(); // loads the model before the bar starts
            try (ProgressBar bar = new ProgressBar("reading", tokens)) {
                run.collectFeatures(read -> bar.update(read, ""));
            }
        }
        return run.inspector();
    }

    private ExplainPlan plan() {
        ExampleOptions examples = ExampleOptions.DEFAULT.withSeed(seed).withMinimumDocuments(minimumDocuments);
        String written = given.isPresent() ? NeuronpediaImport.KIND : ExplainPlan.LANGUAGE_MODEL;
        List<Integer> latents =
                chosen.isEmpty() && given.isPresent() ? given.get().latents() : chosen;
        return new ExplainPlan(
                offline == null ? written : offline,
                scorers.isEmpty() ? defaultScorers() : scorers,
                simulator,
                features,
                latents,
                examples);
    }

    private List<String> defaultScorers() {
        return offline == null
                ? List.of("llm-detection", "llm-fuzzing")
                : List.of("whole-corpus", "detection", "fuzzing");
    }

    private void explain(Run run, FeatureInspector inspector, Path folder) throws IOException {
        try (LanguageModelOptions.Opened opened = languageModel.open()) {
            LanguageModel model = opened.model();
            if (dryRun && !Files.exists(folder.resolve(ANSWERS))) {
                printCost(run, inspector, folder, model, DryRunModel.of(model));
                return;
            }
            Files.createDirectories(folder);
            try (CachedModel cached = CachedModel.open(model, folder.resolve(ANSWERS))) {
                printCost(run, inspector, folder, model, DryRunModel.of(cached));
                if (!dryRun) {
                    print(work(session(run, inspector, cached), folder), folder);
                }
            }
        }
    }

    private ExplainSession session(Run run, FeatureInspector inspector, LanguageModel model) throws IOException {
        ExplainSession session = ExplainSession.of(inspector, run.corpus(), plan(), languageModel.withReasoning(model));
        ExplainSession styled = session.withStyle(ExplainerOptions.Style.named(promptStyle));
        return completed(run, promotedTokens ? styled.withPromotedTokens() : styled);
    }

    /** Adds given explanations and the control of a random model, and leaves out rows as the options say. */
    private ExplainSession completed(Run run, ExplainSession own) throws IOException {
        ExplainSession session = given.isPresent() ? own.scoring(given.get()) : own;
        session = noTokenLookup ? session.withoutJudgedTokenLookup("left out by --no-token-lookup") : session;
        session = similarNegatives
                ? session.withSimilarNegatives(MiniLmEmbedder.neededBy("--similar-negatives"))
                : session;
        return randomModel
                ? session.withRandomModel(control(run))
                : session.withoutRandomModel("left out by --no-random-model");
    }

    private RandomModelControl control(Run run) throws IOException {
        RandomModelControl control = RandomModelControl.of(run.model(), run.dictionary(), run.corpus())
                .like(run.features())
                .seed(seed);
        return randomModelTokens == null
                ? control
                : control.trainingTokens(
                        InvalidInputException.requireAtLeast(1, "--random-model-tokens", randomModelTokens));
    }

    /** Counts the requests of a run whose answers are not known yet, and prints the cost. */
    private void printCost(Run run, FeatureInspector inspector, Path folder, LanguageModel model, DryRunModel counting)
            throws IOException {
        ExplainSession session = session(run, inspector, counting);
        session.rehearse(folder, ExplainRun.Progress.NONE);
        DryRunModel countingControl = DryRunModel.of(model);
        printCost(
                counting.estimate(),
                controlCost(run, session(run, inspector, countingControl), folder, Optional.of(countingControl)));
    }

    /** Returns the cost of a dictionary that is still to be trained. */
    private Optional<ControlCost> controlCost(
            Run run, ExplainSession session, Path folder, Optional<DryRunModel> counting) throws IOException {
        if (!session.trainsControl(folder)) {
            return Optional.empty();
        }
        if (counting.isPresent()) {
            session.rehearseControl();
        }
        CostEstimate requests = counting.map(DryRunModel::estimate).orElse(new CostEstimate(0, 0, 0, 0));
        RandomModelControl control = control(run);
        return Optional.of(new ControlCost(
                requests,
                control.trainingTokens(),
                control.storedTokens(),
                dryRun ? control.estimate() : Duration.ZERO));
    }

    private void printCost(CostEstimate own, Optional<ControlCost> control) {
        PrintWriter to =
                dryRun ? spec.commandLine().getOut() : spec.commandLine().getErr();
        CostEstimate cost = control.map(ControlCost::requests).map(own::plus).orElse(own);
        if (dryRun && json) {
            ObjectNode object = Json.mapper().valueToTree(cost);
            control.ifPresent(found -> object.set("randomModel", found.toJson()));
            to.print(Json.pretty(object));
        } else {
            to.println(
                    languageModel.isSet()
                            ? cost.toText()
                            : "no request: the explainer and the scorers need no language model");
            control.ifPresent(found -> to.println(found.toText()));
        }
        to.flush();
    }

    private ExplainSummary work(ExplainSession session, Path folder) throws IOException {
        try (ResultsBar bar = new ResultsBar()) {
            return session.run(folder, bar::update);
        }
    }

    private void print(ExplainSummary summary, Path folder) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.print(Files.readString(folder.resolve(ExplainLog.SUMMARY)));
        } else {
            out.print(summary.toText());
            out.println("explanations: " + folder);
        }
        out.flush();
    }

    /** A progress bar whose total is known at the first update. */
    private static final class ResultsBar implements AutoCloseable {
        private Optional<ProgressBar> bar = Optional.empty();

        void update(long done, long total) {
            if (bar.isEmpty()) {
                bar = Optional.of(new ProgressBar("explaining", total, ProgressBar.Unit.RESULTS));
            }
            bar.get().update(done, "");
            if (done == total) {
                // The control of a random model follows with another total.
                close();
                bar = Optional.empty();
            }
        }

        @Override
        public void close() {
            bar.ifPresent(ProgressBar::close);
        }
    }
}
