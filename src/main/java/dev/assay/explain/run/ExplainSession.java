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
import dev.assay.explain.offline.RandomDictionary;
import dev.assay.explain.offline.RandomModelControl;
import dev.assay.explain.offline.SentenceEmbedder;
import dev.assay.explain.offline.TokenLookupExplainer;
import dev.assay.explain.score.ScoreRow;
import dev.assay.explain.score.ScoreTable;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.report.TokenLogit;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
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

    /** Scorers that read the words of an explanation, so they need no simulator. */
    private static final Set<String> WITHOUT_SIMULATOR = Set.of("embedding");

    private final ExplainPlan plan;
    private final ExplainContext context;
    private final FeatureInspector inspector;
    private final Optional<LanguageModel> model;
    private final SessionExtras extras;

    private ExplainSession(
            ExplainPlan plan,
            ExplainContext context,
            FeatureInspector inspector,
            Optional<LanguageModel> model,
            SessionExtras extras) {
        this.plan = plan;
        this.context = context;
        this.inspector = inspector;
        this.model = model;
        this.extras = extras;
        check();
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
        return new ExplainSession(
                plan, context(inspector, corpus, plan), inspector, Optional.empty(), SessionExtras.NONE);
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
        return new ExplainSession(
                plan, context(inspector, corpus, plan), inspector, Optional.of(model), SessionExtras.NONE);
    }

    /** {@return a copy that adds the tokens that a feature makes more likely to the prompt of the explainer} */
    public ExplainSession withPromotedTokens() {
        return with(extras.promoted(true));
    }

    /**
     * Sets the form of the examples in the prompt of a language model that explains. The default is texts with marks.
     *
     * @param examples the form of the examples
     * @return a copy
     */
    public ExplainSession withStyle(ExplainerOptions.Style examples) {
        return with(extras.style(examples));
    }

    /**
     * Adds the control of a dictionary of the same model with random weights. It is trained by the first run and kept in the folder of
     * results. Its features are explained and judged like those of the session. Where that is impossible, as for given explanations, the
     * tables state the reason.
     *
     * @param control trains the dictionary
     * @return a copy
     */
    public ExplainSession withRandomModel(RandomModelControl control) {
        return with(extras.random(Optional.of(control), ""));
    }

    /**
     * Leaves out the control of a random model.
     *
     * @param reason stated in the tables, such as {@code left out by --no-random-model}
     * @return a copy
     */
    public ExplainSession withoutRandomModel(String reason) {
        return with(extras.random(Optional.empty(), reason));
    }

    /**
     * Scores given explanations in place of those of the plan's explainer.
     *
     * @param explanations the explanations; the plan must choose features that have one
     * @return a copy
     * @throws InvalidInputException if a scorer cannot read explanations in words
     */
    public ExplainSession scoring(GivenExplanations explanations) {
        return with(extras.given(explanations));
    }

    /**
     * Leaves out the row of token lookup where a language model would judge it, to save requests. Tables of other judges keep it.
     *
     * @param reason stated in the tables, such as {@code left out by --no-token-lookup}
     * @return a copy
     */
    public ExplainSession withoutJudgedTokenLookup(String reason) {
        return with(extras.withoutLookup(reason));
    }

    /** Returns a copy with further hard negatives by the embedding of their text, see {@link ExampleSet#withSimilarNegatives}. */
    public ExplainSession withSimilarNegatives(SentenceEmbedder embedder) {
        SessionExtras changed = extras.similar(embedder);
        return new ExplainSession(plan, changed.applied(context), inspector, model, changed);
    }

    private ExplainSession with(SessionExtras changed) {
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
        return extras.added(plan.toJson(
                explainer.description(), context.examples().store().artifact().hash()));
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
        if (extras.randomModel().isPresent()) {
            extras.randomModel()
                    .get()
                    .requireSameTraining(ControlFolder.in(folder).dictionary());
        }
        Explainer explainer = explainer();
        try (ExplainLog log = ExplainLog.open(folder, planJson(explainer))) {
            ExplainSummary own = prepared(explainer).run(log, progress);
            ExplainSummary summary = withRandomModel(own, folder, progress);
            ObjectNode json = summary.toJson(
                    inspector.provenance().withParent(context.examples().store().artifact()));
            AtomicFiles.writeString(folder.resolve(ExplainLog.SUMMARY), Json.pretty(json));
            return summary;
        }
    }

    /**
     * Computes the results that a folder lacks without writing them, such as with a model that only counts requests. The control of a
     * random model is included if its features were collected; see {@link #rehearseControl}.
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
            ExplainSummary own = prepared(explainer).run(log, progress);
            ControlFolder control = ControlFolder.in(folder);
            if (hasControl() && control.hasResultsWithoutDictionary()) {
                rowsWithoutDictionary(control, true, progress);
            } else if (hasControl() && control.isReady()) {
                try (RandomDictionary random =
                        extras.randomModel().orElseThrow().open(control.folder())) {
                    rows(random, control, true, progress);
                }
            }
            return own;
        }
    }

    /**
     * Explains and scores the features of the session in place of those of a random model, whose features are not collected yet. Their
     * requests are an estimate of those of the control. Nothing is written.
     *
     * @throws IOException if the text cannot be read
     */
    public void rehearseControl() throws IOException {
        Explainer explainer = explainer();
        try (ExplainLog log = ExplainLog.empty()) {
            prepared(explainer).withoutControls().run(log, ExplainRun.Progress.NONE);
        }
    }

    /**
     * Returns whether the next run trains the dictionary of a random model.
     *
     * @param folder the folder of results
     * @return false without this control, or if the folder has the dictionary
     */
    public boolean trainsControl(Path folder) {
        return hasControl() && !ControlFolder.in(folder).isReady();
    }

    private boolean hasControl() {
        return extras.randomModel().isPresent() && extras.given().isEmpty();
    }

    private ExplainRun prepared(Explainer explainer) {
        ExampleSet examples = context.examples();
        ExplainRun run =
                ExplainRun.of(examples, plan.sample(examples), explainer).concurrency(concurrency());
        tables().forEach(run::table);
        return run;
    }

    /** Adds the rows of the random model to the tables, or the reason why there are none. */
    private ExplainSummary withRandomModel(ExplainSummary own, Path folder, ExplainRun.Progress progress)
            throws IOException {
        if (extras.given().isPresent()) {
            return own.omitting(
                    RANDOM_MODEL,
                    "given explanations have no explainer that could describe the features of another model");
        }
        if (extras.randomModel().isEmpty()) {
            return own.omitting(RANDOM_MODEL, extras.randomOmission());
        }
        ControlFolder control = ControlFolder.in(folder);
        if (control.hasResultsWithoutDictionary()) {
            return own.with(rowsWithoutDictionary(control, false, progress));
        }
        RandomDictionary random;
        try {
            random = extras.randomModel().get().open(control.folder());
        } catch (InvalidInputException impossible) {
            return own.omitting(RANDOM_MODEL, impossible.getMessage());
        }
        try (random) {
            return own.with(rows(random, control, false, progress));
        }
    }

    /** Explains and scores features that a version without {@link RandomModelControl#dictionary} collected. */
    private Map<String, ScoreRow> rowsWithoutDictionary(
            ControlFolder folder, boolean rehearsed, ExplainRun.Progress progress) throws IOException {
        FeatureStore store = FeatureStore.open(RandomModelControl.features(folder.folder()));
        ExplainContext examples = ExplainContext.of(ExampleSet.of(store, plan.examples()));
        return controlSession(examples, inspector).rows(folder, rehearsed, progress);
    }

    /** Explains and scores the dictionary of the random model, and returns a row per table. */
    private Map<String, ScoreRow> rows(
            RandomDictionary random, ControlFolder folder, boolean rehearsed, ExplainRun.Progress progress)
            throws IOException {
        FeatureInspector features = random.inspector();
        ExplainContext examples =
                ExplainContext.of(ExampleSet.of(features, plan.examples())).with(features);
        return controlSession(examples, features).rows(folder, rehearsed, progress);
    }

    /** Creates a session of as many features of another dictionary, which are drawn. */
    private ExplainSession controlSession(ExplainContext examples, FeatureInspector features) {
        ExplainPlan drawn = new ExplainPlan(
                plan.explainer(),
                plan.scorers(),
                plan.simulator(),
                plan.chosen().isEmpty() ? plan.features() : plan.chosen().size(),
                List.of(),
                plan.examples());
        return new ExplainSession(
                drawn,
                extras.applied(examples.with(context.requireCorpus(RANDOM_MODEL))),
                features,
                model,
                SessionExtras.NONE.style(extras.style()).promoted(extras.promotedTokens()));
    }

    private Map<String, ScoreRow> rows(ControlFolder folder, boolean rehearsed, ExplainRun.Progress progress)
            throws IOException {
        Explainer explainer = explainer();
        ObjectNode options = planJson(explainer);
        Map<String, ScoreRow> rows = new TreeMap<>();
        try (ExplainLog log = rehearsed
                ? ExplainLog.inMemory(folder.results(), options)
                : ExplainLog.open(folder.results(), options)) {
            for (ScoreTable table :
                    prepared(explainer).withoutControls().run(log, progress).tables()) {
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
