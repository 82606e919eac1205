package dev.assay.explain.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.ExampleOptions;
import dev.assay.explain.ExampleSet;
import dev.assay.explain.Explainer;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.ExplanationFailedException;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.Judge;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.Scorer;
import dev.assay.explain.TokenConcepts;
import dev.assay.explain.offline.RuleSimulator;
import dev.assay.explain.offline.SimulatedDetection;
import dev.assay.explain.offline.SimulatedSaeBench;
import dev.assay.explain.offline.TokenLookupExplainer;
import dev.assay.explain.score.ScoreTable;
import dev.assay.explain.score.WholeCorpusScorer;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.TinyDictionary;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.Json;
import dev.assay.io.JsonLines;
import dev.assay.io.JsonObject;
import dev.assay.run.StoredExplanations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainRunTest {
    private static final int FEATURES = 6;

    @TempDir
    static Path stores;

    private static TinyDictionary tiny;
    private static FeatureInspector inspector;
    private static ExampleSet examples;

    @TempDir
    private Path folder;

    @BeforeAll
    static void collect() throws IOException {
        tiny = new TinyDictionary();
        FeatureStore store = FeatureCollector.of(tiny.model, tiny.sae, tiny.corpus)
                .tokens(6000)
                .collect(stores.resolve("features"));
        inspector = FeatureInspector.of(tiny.model, tiny.sae, store);
        examples = ExampleSet.of(inspector, ExampleOptions.DEFAULT.withMinimumDocuments(5));
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    private static ObjectNode plan(long seed) {
        return Json.mapper().createObjectNode().put("explainer", "x").put("seed", seed);
    }

    /** Explains by token lookup and fails as told. */
    private static final class CountingExplainer implements Explainer {
        private final Explainer tokens = new TokenLookupExplainer();
        private final List<Integer> calls = new ArrayList<>();
        private int killAt = Integer.MAX_VALUE;
        private Optional<FailureKind> failure = Optional.empty();

        @Override
        public ExplainerDescription description() {
            return tokens.description();
        }

        @Override
        public Explanation explain(FeatureExamples of) {
            if (calls.size() == killAt) {
                throw new AssertionError("killed");
            }
            calls.add(of.latent());
            if (failure.isPresent() && calls.size() == 1) {
                throw new ExplanationFailedException(failure.get(), "no answer");
            }
            return tokens.explain(of);
        }
    }

    /** Scores by a simulator, loses an answer at a call, and is killed at a call. */
    private static final class CountingScorer implements Scorer {
        private final Scorer scorer = new WholeCorpusScorer(new RuleSimulator(TokenConcepts.NONE));
        private Judge judge = scorer.judge();
        private int calls;
        private int lostAt = -1;
        private int killAt = Integer.MAX_VALUE;

        @Override
        public String name() {
            return scorer.name();
        }

        @Override
        public Judge judge() {
            return judge;
        }

        @Override
        public FeatureScore score(Explanation explanation, FeatureExamples of) {
            if (calls == killAt) {
                throw new AssertionError("killed");
            }
            calls++;
            FeatureScore score = scorer.score(explanation, of);
            return calls == lostAt
                    ? new FeatureScore(
                            score.latent(),
                            score.scorer(),
                            score.values(),
                            score.withFailures(),
                            score.items(),
                            Map.of(FailureKind.TIMEOUT, 1),
                            score.constant(),
                            score.scored())
                    : score;
        }
    }

    private static ExplainRun run(Explainer explainer, Scorer scorer) {
        return ExplainRun.of(examples, examples.sample(FEATURES), explainer)
                .table(ScoredTable.of("whole-corpus", scorer, WholeCorpusScorer::new));
    }

    private ExplainSummary work(Path to, Explainer explainer, Scorer scorer) throws IOException {
        try (ExplainLog log = ExplainLog.open(to, plan(0))) {
            return run(explainer, scorer).run(log, ExplainRun.Progress.NONE);
        }
    }

    private static List<String> lines(Path to) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(to.resolve(StoredExplanations.EXPLANATIONS)));
        lines.addAll(Files.readAllLines(to.resolve(StoredExplanations.SCORES)));
        return lines;
    }

    @Test
    void concurrentExplanationsAreLoggedInTheOrderOfTheSample() throws IOException {
        CountDownLatch together = new CountDownLatch(2);
        Explainer tokens = new TokenLookupExplainer();
        Explainer waiting = new Explainer() {
            @Override
            public ExplainerDescription description() {
                return tokens.description();
            }

            @Override
            public Explanation explain(FeatureExamples of) {
                together.countDown();
                try {
                    assertTrue(together.await(20, TimeUnit.SECONDS), "two features are explained at a time");
                } catch (InterruptedException stopped) {
                    throw new AssertionError(stopped);
                }
                return tokens.explain(of);
            }
        };
        try (ExplainLog log = ExplainLog.open(folder, plan(0))) {
            ExplainRun.of(examples, examples.sample(FEATURES), waiting)
                    .concurrency(2)
                    .run(log, ExplainRun.Progress.NONE);
        }
        List<Integer> latents = new ArrayList<>();
        for (JsonObject line : JsonLines.read(folder.resolve(StoredExplanations.EXPLANATIONS))) {
            latents.add(line.integer("feature"));
        }
        assertEquals(examples.sample(FEATURES).latents(), latents);
    }

    @Test
    void scoresWithLostAnswersAreComputedAgain() throws IOException {
        CountingScorer first = new CountingScorer();
        first.lostAt = 1;
        work(folder, new CountingExplainer(), first);
        CountingScorer second = new CountingScorer();
        ExplainSummary repeated = work(folder, new CountingExplainer(), second);
        assertEquals(1, second.calls);
        for (FeatureScore score :
                repeated.tables().get(0).row(StoredExplanations.ROW).scores()) {
            assertEquals(0, score.failed());
        }
        CountingScorer third = new CountingScorer();
        work(folder, new CountingExplainer(), third);
        assertEquals(0, third.calls);
    }

    @Test
    void tableHasAllControls() throws IOException {
        ExplainSummary summary = work(folder, new CountingExplainer(), new CountingScorer());
        assertEquals(FEATURES, summary.explained());
        ScoreTable table = summary.tables().get(0);
        assertEquals(
                List.of("explanation", "shuffled", "token-lookup", "oracle", "constant"),
                table.rows().stream().map(row -> row.name()).toList());
        assertEquals(1, table.interval("oracle", ScoreMetric.F1).orElseThrow().low());
        assertEquals(
                1, table.interval("oracle", ScoreMetric.PEARSON).orElseThrow().low());
        assertEquals(
                0, table.interval("constant", ScoreMetric.PEARSON).orElseThrow().high());
        assertEquals(
                table.interval("explanation", ScoreMetric.F1),
                table.interval("token-lookup", ScoreMetric.F1),
                "the explainer is the token lookup itself");
        assertTrue(table.interval("shuffled", ScoreMetric.AUPRC).orElseThrow().mean()
                < table.interval("explanation", ScoreMetric.AUPRC).orElseThrow().mean());
        assertEquals(4, summary.comparisons().size());
        assertTrue(summary.toText().contains("explanation − oracle: F1 -"), summary.toText());
        JsonNode json = summary.toJson(inspector.provenance());
        assertEquals(5, json.at("/tables/0/rows").size());
        assertEquals(4, json.at("/tables/0/compared_with_explanation").size());
        assertTrue(json.has("provenance"));
    }

    @Test
    void twoJudgesNeverShareARow() throws IOException {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        for (String name : List.of("first", "second", "first")) {
            CountingScorer judge = new CountingScorer();
            judge.judge = new Judge("json-hard", name);
            ExplainSummary summary = work(folder, new CountingExplainer(), judge);
            (name.equals("first") ? first : second).add(summary.toText());
            // Explanations, those of other features and token lookup, once per judge.
            assertEquals(first.size() == 2 ? 0 : 3 * FEATURES, judge.calls, name);
            JsonNode rows = summary.toJson(inspector.provenance()).at("/tables/0/rows");
            assertEquals(name, rows.at("/0/judge/model").textValue());
            assertEquals(name, rows.at("/2/judge/model").textValue());
            assertEquals("oracle", rows.at("/3/judge/instrument").textValue());
            assertTrue(summary.toText().contains("json-hard by " + name), summary.toText());
        }
        assertEquals(first.get(0), first.get(1));
        for (JsonObject line : JsonLines.read(folder.resolve(StoredExplanations.SCORES))) {
            assertTrue(
                    List.of("json-hard by first", "json-hard by second", "oracle", "constant")
                            .contains(line.text("judge")),
                    line.text("judge"));
        }
    }

    @Test
    void omittedRowIsNotComputedAndItsReasonIsStated() throws IOException {
        CountingScorer judge = new CountingScorer();
        try (ExplainLog log = ExplainLog.open(folder, plan(0))) {
            ScoredTable table = ScoredTable.of("whole-corpus", judge, WholeCorpusScorer::new)
                    .without("token-lookup", "it costs requests");
            ExplainSummary summary = ExplainRun.of(examples, examples.sample(FEATURES), new CountingExplainer())
                    .table(table)
                    .run(log, ExplainRun.Progress.NONE);
            assertEquals(2 * FEATURES, judge.calls);
            assertTrue(summary.toText().contains("no row token-lookup: it costs requests"), summary.toText());
        }
    }

    @Test
    void runKilledAtEveryResultResumesToTheSameFiles() throws IOException {
        Path whole = folder.resolve("whole");
        CountingExplainer explainer = new CountingExplainer();
        CountingScorer scorer = new CountingScorer();
        work(whole, explainer, scorer);
        List<String> expected = lines(whole);
        int results = explainer.calls.size() + scorer.calls;
        Path killed = folder.resolve("killed");
        CountingExplainer resumed = new CountingExplainer();
        CountingScorer resumedScorer = new CountingScorer();
        for (int kill = 1; kill < results; kill++) {
            resumed.killAt = kill;
            resumedScorer.killAt = kill - FEATURES;
            if (kill < FEATURES) {
                assertThrows(AssertionError.class, () -> work(killed, resumed, new CountingScorer()));
            } else if (kill > FEATURES) {
                assertThrows(AssertionError.class, () -> work(killed, resumed, resumedScorer));
            }
            // A kill while a line is written leaves a part of it.
            Files.writeString(
                    killed.resolve(StoredExplanations.SCORES), "{\"table\": \"whole", StandardOpenOption.APPEND);
        }
        resumedScorer.killAt = Integer.MAX_VALUE;
        resumed.killAt = Integer.MAX_VALUE;
        work(killed, resumed, resumedScorer);
        assertEquals(
                expected.stream().sorted().toList(),
                lines(killed).stream().sorted().toList());
        assertEquals(FEATURES, resumed.calls.size(), "no explanation was computed twice");
        assertEquals(scorer.calls, resumedScorer.calls, "no score was computed twice");
    }

    @Test
    void finishedRunComputesNothing() throws IOException {
        ExplainSummary first = work(folder, new CountingExplainer(), new CountingScorer());
        CountingExplainer explainer = new CountingExplainer();
        explainer.killAt = 0;
        CountingScorer scorer = new CountingScorer();
        scorer.killAt = 0;
        assertEquals(first.toText(), work(folder, explainer, scorer).toText());
    }

    @Test
    void otherOptionsOfAFolderAreRefusedInOneSentence() throws IOException {
        work(folder, new CountingExplainer(), new CountingScorer());
        List<String> before = lines(folder);
        String message = assertThrows(InvalidInputException.class, () -> ExplainLog.open(folder, plan(1)))
                .getMessage();
        assertTrue(message.contains("has results with seed 0, and this run has 1"), message);
        assertEquals(before, lines(folder));
    }

    @Test
    void failedExplanationIsCountedAndNotScored() throws IOException {
        for (FailureKind kind : List.of(FailureKind.REFUSAL, FailureKind.TIMEOUT)) {
            Path to = folder.resolve(kind.name());
            CountingExplainer explainer = new CountingExplainer();
            explainer.failure = Optional.of(kind);
            ExplainSummary summary = work(to, explainer, new CountingScorer());
            assertEquals(FEATURES - 1, summary.explained());
            assertEquals(1, summary.failures().size());
            assertEquals(kind, summary.failures().get(0).kind());
            assertEquals(
                    FEATURES - 1,
                    summary.tables().get(0).row("explanation").scores().size());
            CountingExplainer again = new CountingExplainer();
            ExplainSummary resumed = work(to, again, new CountingScorer());
            // An answer of the model is final; a lost connection is tried again.
            assertEquals(kind == FailureKind.TIMEOUT ? 1 : 0, again.calls.size());
            assertEquals(kind == FailureKind.TIMEOUT ? FEATURES : FEATURES - 1, resumed.explained());
        }
    }

    @Test
    void unknownKindOfFailureIsOneSentenceThatNamesTheFile() throws IOException {
        Files.writeString(
                folder.resolve(StoredExplanations.EXPLANATIONS), "{\"feature\": 1, \"failure\": \"TIRED\"}\n");
        Files.writeString(folder.resolve(ExplainLog.PLAN), plan(0).toString());
        String message = assertThrows(InvalidInputException.class, () -> ExplainLog.open(folder, plan(0)))
                .getMessage();
        assertTrue(message.contains("explanations.jsonl: failure is \"TIRED\", expected one of [HTTP, "), message);
    }

    @Test
    void rehearsalWritesNothing() throws IOException {
        Path absent = folder.resolve("absent");
        try (ExplainLog log = ExplainLog.inMemory(absent, plan(0))) {
            assertEquals(
                    FEATURES,
                    run(new CountingExplainer(), new CountingScorer())
                            .run(log, ExplainRun.Progress.NONE)
                            .explained());
        }
        assertFalse(Files.exists(absent));
    }

    @Test
    void explanationWithTheTextOfAScoreIsKept() throws IOException {
        ExplainerDescription by = ExplainerDescription.offline("test");
        try (ExplainLog log = ExplainLog.open(folder, plan(0))) {
            log.add(Explanation.of(3, "cooking.\nScore: 1", by));
        }
        try (ExplainLog log = ExplainLog.open(folder, plan(0))) {
            assertEquals("cooking.\nScore: 1", log.explanations().get(3).text());
        }
    }

    @Test
    void exportsHaveTheItemsOfTheJudge() throws IOException {
        try (ExplainLog log = ExplainLog.open(folder.resolve("results"), plan(0))) {
            ExplainRun.of(examples, examples.sample(FEATURES), new TokenLookupExplainer())
                    .table(ScoredTable.of(
                            "detection",
                            new SimulatedDetection(new RuleSimulator(TokenConcepts.NONE)),
                            SimulatedDetection::new))
                    .run(log, ExplainRun.Progress.NONE);
        }
        ExplanationExport export = ExplanationExport.of(folder.resolve("results"), inspector.store());
        export.delphi(folder.resolve("delphi"));
        int latent = examples.sample(FEATURES).latents().get(0);
        String file = TinyDictionary.SITE.name() + "_latent" + latent + ".txt";
        assertTrue(
                Json.read(folder.resolve("delphi/explanations").resolve(file)).isTextual());
        JsonNode items = Json.read(folder.resolve("delphi/scores/detection").resolve(file));
        assertTrue(items.size() > 5, items.toString());
        for (JsonNode item : items) {
            assertEquals(item.get("str_tokens").size(), item.get("activations").size());
            boolean active = false;
            for (JsonNode activation : item.get("activations")) {
                active |= activation.doubleValue() > 0;
            }
            assertEquals(active, item.get("activating").booleanValue());
            assertEquals(active, item.get("distance").intValue() >= 0);
            assertEquals(
                    item.get("prediction").booleanValue() == active,
                    item.get("correct").booleanValue());
        }
        // A later judge of other features replaces the first one as a whole.
        try (ExplainLog log = ExplainLog.open(folder.resolve("results"), plan(0))) {
            Scorer rule = new SimulatedDetection(new RuleSimulator(TokenConcepts.NONE));
            FeatureScore last = rule.score(log.explanations().get(latent), examples.of(latent));
            log.add(new ScoreKey("detection", StoredExplanations.ROW, "other", latent), last);
        }
        ExplanationExport ofOther = ExplanationExport.of(folder.resolve("results"), inspector.store());
        ofOther.delphi(folder.resolve("delphi-other"));
        try (Stream<Path> files = Files.list(folder.resolve("delphi-other/scores/detection"))) {
            assertEquals(
                    List.of(file),
                    files.map(path -> path.getFileName().toString()).toList());
        }
        export.neuronpedia(folder.resolve("rows"), "gpt2-small", "3-assay-res");
        NeuronpediaImport rows = NeuronpediaImport.read(folder.resolve("rows/explanations/batch-0.jsonl.gz"));
        assertEquals(FEATURES, rows.explanations().size());
        assertEquals("token-lookup", rows.explanations().get(0).by().model());
        assertTrue(Files.exists(folder.resolve("rows/explanation-scores/batch-0.jsonl.gz")));
        export.saeBench(folder.resolve("saebench"));
        JsonNode result = Json.read(folder.resolve("saebench/autointerp.json"));
        assertEquals("autointerp", result.get("eval_type_id").textValue());
        double score =
                result.at("/eval_result_metrics/autointerp/autointerp_score").doubleValue();
        assertTrue(score > result.at("/eval_result_metrics/autointerp/floor").doubleValue() - 0.2 && score <= 1);
        assertEquals(FEATURES, result.get("eval_result_unstructured").size());
        assertThrows(InvalidInputException.class, () -> export.delphi(folder.resolve("delphi")));
    }

    @Test
    void resultForSaeBenchHasTheItemsOfItsProtocolIfTheyWereScored() throws IOException {
        try (ExplainLog log = ExplainLog.open(folder.resolve("results"), plan(0))) {
            ExplainRun.of(examples, examples.sample(FEATURES), new TokenLookupExplainer())
                    .table(ScoredTable.of(
                            "detection",
                            new SimulatedDetection(new RuleSimulator(TokenConcepts.NONE)),
                            SimulatedDetection::new))
                    .table(ScoredTable.of(
                            "saebench",
                            new SimulatedSaeBench(new RuleSimulator(TokenConcepts.NONE), 0),
                            simulator -> new SimulatedSaeBench(simulator, 0)))
                    .run(log, ExplainRun.Progress.NONE);
        }
        ExplanationExport.of(folder.resolve("results"), inspector.store()).saeBench(folder.resolve("saebench"));
        JsonNode result = Json.read(folder.resolve("saebench/autointerp.json"));
        assertEquals(10, result.at("/eval_config/n_random_ex_for_scoring").intValue());
        assertEquals(10, result.at("/eval_config/buffer").intValue());
        double sum = 0;
        for (JsonNode latent : result.get("eval_result_unstructured")) {
            int windows = latent.get("items").intValue();
            Set<Integer> named = numbers(latent.get("predictions"));
            Set<Integer> active = numbers(latent.get("correct seqs"));
            assertEquals(4, active.size());
            long wrong = IntStream.rangeClosed(1, windows)
                    .filter(number -> named.contains(number) != active.contains(number))
                    .count();
            assertEquals(1 - (double) wrong / windows, latent.get("score").doubleValue(), 1e-12);
            sum += latent.get("score").doubleValue();
        }
        assertEquals(
                sum / FEATURES,
                result.at("/eval_result_metrics/autointerp/autointerp_score").doubleValue(),
                1e-12);
    }

    private static Set<Integer> numbers(JsonNode list) {
        Set<Integer> numbers = new HashSet<>();
        list.forEach(number -> numbers.add(number.intValue()));
        return numbers;
    }

    @Test
    void importAddsEachExplanationOnce() throws IOException {
        Path file = Files.writeString(
                folder.resolve("rows.json"),
                "[{\"modelId\": \"m\", \"layer\": \"3-x\", \"index\": \"4\", \"description\": \"food\", \"typeName\": \"np_max-act\","
                        + " \"explanationModelName\": \"gpt\"}, {\"index\": 5, \"description\": \" \"}]");
        NeuronpediaImport rows = NeuronpediaImport.read(file);
        Path target = folder.resolve("imported");
        assertEquals(1, rows.write(target, inspector.store()));
        assertEquals(0, rows.write(target, inspector.store()));
        Files.writeString(
                file,
                "{\"index\": \"4\", \"description\": \"food\"}\n{\"index\": \"40\", \"description\": \"out of range\"}\n");
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> NeuronpediaImport.read(file).write(target, inspector.store()))
                .getMessage();
        assertTrue(message.contains("explains feature 40, expected 0 to 39"), message);
        Files.writeString(file, "{\"index\": \"4\"}\n");
        message = assertThrows(InvalidInputException.class, () -> NeuronpediaImport.read(file))
                .getMessage();
        assertTrue(message.contains("rows.json has no description"), message);
        Files.writeString(file, "{\"index\": \"4\", \n");
        assertThrows(InvalidInputException.class, () -> NeuronpediaImport.read(file));
    }
}
