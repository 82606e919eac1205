package dev.assay.explain.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.ExampleSet;
import dev.assay.explain.ExplainContext;
import dev.assay.explain.ExplainMethods;
import dev.assay.explain.Explainer;
import dev.assay.explain.ItemScorer;
import dev.assay.explain.Scorer;
import dev.assay.explain.Simulator;
import dev.assay.explain.judge.ExplainerOptions;
import dev.assay.explain.judge.LlmExplainer;
import dev.assay.explain.judge.LlmMethods;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.offline.ConstantSimulator;
import dev.assay.explain.offline.LogitExplainer;
import dev.assay.explain.offline.RandomModelControl;
import dev.assay.explain.offline.TokenLookupExplainer;
import dev.assay.explain.score.ScoreRow;
import dev.assay.explain.score.ScoreTable;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.report.TokenLogit;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.run.RunLayout;
import dev.assay.run.StoredExplanations;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A plan applied to the features of a run, with or without a language model.
 *
 * <pre>{@code
 * ExplainSession session = ExplainSession.offline(inspector, corpus, plan);
 * ExplainSummary summary = session.run(run.layout().explanations(), ExplainRun.Progress.NONE);
 * }</pre>
 */
public final class ExplainSession {
    /** The name of the row and of the folder of the control of a random model. */
    public static final String RANDOM_MODEL = "random-model";

    private static final String CONTROLS = "controls";

    /** Scorers that read the words of an explanation, so they need no simulator. */
    private static final Set<String> WITHOUT_SIMULATOR = Set.of("embedding");

    private final ExplainPlan plan;
    private final ExplainContext context;
    private final FeatureInspector inspector;
    private final Optional<LanguageModel> model;
    private final Extras extras;

    private ExplainSession(
            ExplainPlan plan,
            ExplainContext context,
            FeatureInspector inspector,
            Optional<LanguageModel> model,
            Extras extras) {
        this.plan = plan;
        this.context = context;
        this.inspector = inspector;
        this.model = model;
        this.extras = extras;
        check();
    }

    /**
     * The parts of a session that are not in its plan.
     *
     * @param style the form of the examples in the prompt of a language model that explains
     * @param promotedTokens whether the explainer reads the tokens that a feature makes more likely
     * @param randomModel the control of a random model
     * @param given explanations in place of those of an explainer
     * @param lookupOmission why a language model does not judge token lookup
     */
    private record Extras(
            ExplainerOptions.Style style,
            boolean promotedTokens,
            Optional<RandomModelControl> randomModel,
            Optional<GivenExplanations> given,
            Optional<String> lookupOmission) {
        Extras with(ExplainerOptions.Style other) {
            return new Extras(other, promotedTokens, randomModel, given, lookupOmission);
        }

        static final Extras NONE = new Extras(
                ExplainerOptions.Style.MARKED_TEXT, false, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * Creates a session without a language model.
     *
     * @param inspector the features
     * @param corpus the text that the features were collected on
     * @param plan the options
     * @return the session
     * @throws InvalidInputException if the plan needs a language model, or a name is unknown
     */
    public static ExplainSession offline(FeatureInspector inspector, Corpus corpus, ExplainPlan plan) {
        return new ExplainSession(plan, context(inspector, corpus, plan), inspector, Optional.empty(), Extras.NONE);
    }

    /**
     * Creates a session with a language model.
     *
     * @param inspector the features
     * @param corpus the text that the features were collected on
     * @param plan the options
     * @param model explains features or judges explanations, as the plan says
     * @return the session
     * @throws InvalidInputException if a name is unknown or the model lacks a required ability
     */
    public static ExplainSession of(FeatureInspector inspector, Corpus corpus, ExplainPlan plan, LanguageModel model) {
        return new ExplainSession(plan, context(inspector, corpus, plan), inspector, Optional.of(model), Extras.NONE);
    }

    /**
     * Adds the tokens that a feature makes more likely to the prompt of the explainer.
     *
     * @return a copy
     */
    public ExplainSession withPromotedTokens() {
        return with(new Extras(extras.style(), true, extras.randomModel(), extras.given(), extras.lookupOmission()));
    }

    /**
     * Sets the form of the examples in the prompt of a language model that explains. The default is texts with marks.
     *
     * @param examples the form of the examples
     * @return a copy
     */
    public ExplainSession withStyle(ExplainerOptions.Style examples) {
        return with(new Extras(
                examples, extras.promotedTokens(), extras.randomModel(), extras.given(), extras.lookupOmission()));
    }

    /**
     * Adds the control of a dictionary of the same model with random weights. It is trained by the first run and kept in the folder of
     * results.
     *
     * @param control trains the dictionary
     * @return a copy
     * @throws InvalidInputException if the explainer needs the decoder of the dictionary, which is not kept
     */
    public ExplainSession withRandomModel(RandomModelControl control) {
        return with(new Extras(
                extras.style(),
                extras.promotedTokens(),
                Optional.of(control),
                extras.given(),
                extras.lookupOmission()));
    }

    /**
     * Scores given explanations in place of those of the plan's explainer.
     *
     * @param explanations the explanations; the plan must choose features that have one
     * @return a copy
     * @throws InvalidInputException if a scorer cannot read explanations in words
     */
    public ExplainSession scoring(GivenExplanations explanations) {
        return with(new Extras(
                extras.style(),
                extras.promotedTokens(),
                extras.randomModel(),
                Optional.of(explanations),
                extras.lookupOmission()));
    }

    /**
     * Leaves out the row of token lookup where a language model would judge it, to save requests. Tables of other judges keep it.
     *
     * @param reason stated in the tables, such as {@code left out by --no-token-lookup}
     * @return a copy
     */
    public ExplainSession withoutJudgedTokenLookup(String reason) {
        return with(new Extras(
                extras.style(), extras.promotedTokens(), extras.randomModel(), extras.given(), Optional.of(reason)));
    }

    private ExplainSession with(Extras changed) {
        return new ExplainSession(plan, context, inspector, model, changed);
    }

    private static ExplainContext context(FeatureInspector inspector, Corpus corpus, ExplainPlan plan) {
        return ExplainContext.of(ExampleSet.of(inspector, plan.examples()))
                .with(inspector)
                .with(corpus);
    }

    /** Checks names and needs before anything is computed or sent. */
    private void check() {
        InvalidInputException.require(
                !plan.usesLanguageModel() || model.isPresent(),
                "no explainer and no language model is given, expected an offline explainer or a server");
        for (String scorer : plan.scorers()) {
            boolean byModel = LlmMethods.scorers().contains(scorer);
            InvalidInputException.require(
                    !byModel || model.isPresent(),
                    () -> "the scorer " + scorer + " needs a language model, expected a server or another scorer");
            InvalidInputException.require(
                    byModel || ExplainMethods.scorers().contains(scorer),
                    () -> "unknown scorer \"" + scorer + "\", expected one of "
                            + String.join(", ", ExplainMethods.scorers()) + ", "
                            + String.join(", ", LlmMethods.scorers()));
        }
        boolean inWords = (plan.usesLanguageModel() || extras.given().isPresent())
                && ExplainMethods.simulators().contains(plan.simulator());
        InvalidInputException.require(
                extras.randomModel().isEmpty()
                        || extras.given().isEmpty()
                                && !extras.promotedTokens()
                                && !plan.explainer().equals(LogitExplainer.NAME),
                "given explanations and explanations from logit weights have no control of a random model, expected another explainer or no"
                        + " control");
        InvalidInputException.require(
                !needsSimulator() || !inWords,
                () -> "the simulator " + plan.simulator() + " cannot read explanations in words, expected one of "
                        + String.join(", ", LlmMethods.simulators()));
    }

    private Explainer explainer() {
        if (extras.given().isPresent()) {
            return extras.given().get();
        }
        if (!plan.usesLanguageModel()) {
            return ExplainMethods.explainer(plan.explainer(), context);
        }
        LlmExplainer explainer =
                LlmExplainer.of(model.orElseThrow(), ExplainerOptions.of(extras.style(), context.seed()));
        return extras.promotedTokens() ? explainer.withPromotedTokens(this::promoted) : explainer;
    }

    /** Returns the number of features to explain concurrently. */
    private int concurrency() {
        return plan.usesLanguageModel() && extras.given().isEmpty()
                ? model.orElseThrow().concurrency()
                : 1;
    }

    private List<String> promoted(int latent) {
        return inspector.feature(latent).topLogits().stream()
                .map(TokenLogit::token)
                .toList();
    }

    /** Creates the tables. They share one simulator, which may read the whole corpus when it is created. */
    private List<ScoredTable> tables() {
        List<ScoredTable> tables = new ArrayList<>();
        Optional<Simulator> simulator = needsSimulator() ? Optional.of(simulator()) : Optional.empty();
        for (String scorer : plan.scorers()) {
            ScoredTable table = table(scorer, simulator);
            tables.add(
                    extras.lookupOmission().isPresent() && asksModel(scorer)
                            ? table.without(
                                    TokenLookupExplainer.NAME,
                                    extras.lookupOmission().get())
                            : table);
        }
        return tables;
    }

    private ScoredTable table(String name, Optional<Simulator> simulator) {
        Scorer scorer = LlmMethods.scorers().contains(name)
                ? LlmMethods.scorer(name, model.orElseThrow(), context.seed())
                : ExplainMethods.scorer(name, context, simulator.orElseGet(ConstantSimulator::new));
        return scorer instanceof ItemScorer items
                ? ScoredTable.of(name, items)
                : ScoredTable.of(name, scorer, other -> ExplainMethods.scorer(name, context, other));
    }

    /** Returns whether the scores of explanations need requests to the language model. */
    private boolean asksModel(String scorer) {
        return LlmMethods.scorers().contains(scorer)
                || !WITHOUT_SIMULATOR.contains(scorer)
                        && LlmMethods.simulators().contains(plan.simulator());
    }

    private boolean needsSimulator() {
        return plan.scorers().stream()
                .anyMatch(scorer -> !LlmMethods.scorers().contains(scorer) && !WITHOUT_SIMULATOR.contains(scorer));
    }

    private Simulator simulator() {
        return LlmMethods.simulators().contains(plan.simulator())
                ? LlmMethods.simulator(plan.simulator(), modelFor(plan.simulator()), context.seed())
                : ExplainMethods.simulator(plan.simulator(), context);
    }

    private LanguageModel modelFor(String simulator) {
        return model.orElseThrow(() ->
                new InvalidInputException("the simulator " + simulator + " needs a language model, expected a server"));
    }

    /** {@return the options that a folder of results records} */
    ObjectNode planJson(Explainer explainer) {
        return plan.toJson(
                explainer.description(), context.examples().store().artifact().hash());
    }

    /**
     * Explains and scores, and writes the results to a folder. Results that the folder has are kept.
     *
     * @param folder the folder of results, usually that of the run
     * @param progress receives the number of results
     * @return the tables
     * @throws IOException if a file cannot be read or written
     * @throws InvalidInputException if the folder has results with other options, or no further result can be computed
     */
    public ExplainSummary run(Path folder, ExplainRun.Progress progress) throws IOException {
        Explainer explainer = explainer();
        try (ExplainLog log = ExplainLog.open(folder, planJson(explainer))) {
            ExplainSummary summary = run(explainer, log, randomRows(folder, progress), progress);
            ObjectNode json = summary.toJson(
                    inspector.provenance().withParent(context.examples().store().artifact()));
            AtomicFiles.writeString(folder.resolve(ExplainLog.SUMMARY), Json.pretty(json));
            return summary;
        }
    }

    /**
     * Computes the results that a folder lacks without writing them, such as with a model that only counts requests.
     *
     * @param folder the folder of results, which may not exist
     * @param progress receives the number of results
     * @return the tables
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if the folder has results with other options
     */
    public ExplainSummary rehearse(Path folder, ExplainRun.Progress progress) throws IOException {
        Explainer explainer = explainer();
        try (ExplainLog log = ExplainLog.inMemory(folder, planJson(explainer))) {
            return run(explainer, log, Map.of(), progress);
        }
    }

    private ExplainSummary run(
            Explainer explainer, ExplainLog log, Map<String, ScoreRow> others, ExplainRun.Progress progress)
            throws IOException {
        ExampleSet examples = context.examples();
        ExplainRun run = ExplainRun.of(examples, plan.sample(examples), explainer)
                .concurrency(concurrency())
                .otherDictionary(others);
        tables().forEach(run::table);
        return run.run(log, progress);
    }

    /** Explains and scores the dictionary of the random model, and returns a row per table. */
    private Map<String, ScoreRow> randomRows(Path folder, ExplainRun.Progress progress) throws IOException {
        if (extras.randomModel().isEmpty()) {
            return Map.of();
        }
        Path control = folder.resolve(CONTROLS).resolve(RANDOM_MODEL);
        Path features = control.resolve(RunLayout.FEATURES);
        FeatureStore store = FeatureStore.isStore(features)
                ? FeatureStore.open(features)
                : extras.randomModel().get().collect(features);
        ExplainContext random =
                ExplainContext.of(ExampleSet.of(store, plan.examples())).with(context.requireCorpus(RANDOM_MODEL));
        ExplainPlan drawn = new ExplainPlan(
                plan.explainer(), plan.scorers(), plan.simulator(), plan.features(), List.of(), plan.examples());
        ExplainSession session = new ExplainSession(drawn, random, inspector, model, Extras.NONE.with(extras.style()));
        ExampleSet examples = random.examples();
        Explainer explainer = session.explainer();
        ExplainRun run = ExplainRun.of(examples, drawn.sample(examples), explainer)
                .concurrency(concurrency())
                .withoutControls();
        session.tables().forEach(run::table);
        Map<String, ScoreRow> rows = new TreeMap<>();
        try (ExplainLog log = ExplainLog.open(control.resolve("results"), session.planJson(explainer))) {
            for (ScoreTable table : run.run(log, progress).tables()) {
                ScoreRow row = table.row(StoredExplanations.ROW);
                rows.put(
                        table.scorer(),
                        ScoreRow.control(RANDOM_MODEL, row.judge(), row.scores())
                                .ofDictionary(RANDOM_MODEL));
            }
        }
        return rows;
    }
}
