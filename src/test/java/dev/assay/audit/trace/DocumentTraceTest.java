package dev.assay.audit.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.measure.Samples;
import dev.assay.audit.sample.AuditPass;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Documents;
import dev.assay.audit.sample.Pooling;
import dev.assay.audit.sample.TextTerms;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.TinyDictionary;
import dev.assay.feature.report.Neighbour;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.LabelledDialogue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentTraceTest {
    private static final Pooling MEAN = Pooling.mean();
    private static final Pooling MAX = Pooling.max();
    private static final List<String> PLANTED = List.of("t17", "t42");
    private static TinyDictionary tiny;

    @BeforeAll
    static void open() throws IOException {
        tiny = new TinyDictionary();
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    private static AuditSample sample(String prefix, int count, int features, long seed, String word, int... planted) {
        List<LabelledDialogue> documents = new ArrayList<>();
        double[][] codes = Samples.normal(count, features, 0.5, seed);
        double[][] raw = Samples.normal(count, 6, 0, seed + 1);
        for (double[] row : codes) {
            for (int column = 0; column < features; column++) {
                row[column] = Math.abs(row[column]);
            }
        }
        for (int row : planted) {
            codes[row][2] += 9;
            raw[row][1] += 6;
        }
        for (int i = 0; i < count; i++) {
            int row = i;
            boolean has = Arrays.stream(planted).anyMatch(each -> each == row);
            documents.add(new LabelledDialogue(
                    prefix + i, "x", Dialogue.document(Documents.words(6, seed + i) + (has ? " " + word : ""))));
        }
        DocumentMatrix codeMatrix = DocumentMatrix.of(codes);
        DocumentMatrix rawMatrix = DocumentMatrix.of(raw);
        return AuditSample.of(documents)
                .with("sae mean", codeMatrix)
                .with("sae max", codeMatrix)
                .with("raw mean", rawMatrix)
                .with("raw max", rawMatrix);
    }

    private static final AuditSample TRAINING = sample("t", 80, 30, 1, "chocolate", 17, 42);
    private static final TraceQuery QUERY = new TraceQuery(
            sample("q", 6, 30, 500, "chocolate", 0, 1, 2, 3, 4, 5), sample("r", 12, 30, 900, "chocolate"));

    @Test
    void allRankersFindPlantedDocuments() {
        TraceReport report = DocumentTrace.of(TRAINING)
                .ranker(
                        DocumentRankers.features("sae", MEAN, MAX, 3),
                        DocumentRankers.nearest("raw", MEAN, MEAN),
                        DocumentRankers.probe("raw", MEAN, MEAN, 0),
                        DocumentRankers.tfIdf(TextTerms.words(1, 1)),
                        DocumentRankers.tfIdf(TextTerms.characters(3, 4)),
                        DocumentRankers.randomOrder())
                .run(QUERY);
        for (DocumentRanking ranking : report.rankings()) {
            boolean random = ranking.ranker().equals("random order");
            assertEquals(random ? 27 : 1, ranking.firstRank(PLANTED), ranking.ranker());
        }
        assertEquals(40.5, report.ranking("random order").rank("t3"));
        FeatureTrail first = report.trails().get(0);
        assertEquals(2, first.weight().feature());
        assertEquals(
                PLANTED,
                first.documents().stream()
                        .limit(2)
                        .map(DocumentRanking.Hit::id)
                        .sorted()
                        .toList());
        assertEquals(List.of(), first.neighbours());
        assertTrue(report.toString().contains("sae, 3 features"));
        assertEquals(
                report.rankings().get(1).top(2).get(1).id(),
                report.toJson(2).at("/rankings/1/documents/1/id").asText());
        assertEquals(2, report.toJson(2).at("/rankings/1/documents").size());
        assertEquals(
                first.weight().weight(),
                report.toJson(2).at("/features/0/weight").asDouble());
    }

    /** Random matrices carry no information about the planted documents. */
    @Test
    void ranksOfUninformativeFeaturesAreThoseOfARandomOrder() {
        double sum = 0;
        for (int seed = 0; seed < 60; seed++) {
            AuditSample training = sample("t", 80, 30, 10_000 + 97 * seed, "x");
            TraceQuery query = new TraceQuery(
                    sample("q", 6, 30, 20_000 + 97 * seed, "x"), sample("r", 12, 30, 30_000 + 97 * seed, "x"));
            sum += new DocumentRanking(
                                    "sae",
                                    training.documents().stream()
                                            .map(LabelledDialogue::id)
                                            .toList(),
                                    DocumentRankers.features("sae", MEAN, MAX, 3)
                                            .scores(query, training))
                            .firstRank(PLANTED)
                    / 60;
        }
        assertEquals(27, sum, 6);
    }

    @Test
    void scoresOfFeaturesEqualTheirDefinition() {
        AuditSample training = AuditSample.of(Documents.plain(3)).with("sae max", DocumentMatrix.of(new double[][] {
            {2, 0, 1, 0}, {4, 5, 0, 0}, {0, 1, 0, 0}
        }));
        TraceQuery query = new TraceQuery(
                AuditSample.of(Documents.plain(2)).with("sae mean", DocumentMatrix.of(new double[][] {
                    {3, 1, 0, 9}, {1, 3, 0, 9}
                })),
                AuditSample.of(Documents.plain(1)).with("sae mean", DocumentMatrix.of(new double[][] {{1, 1, 1, 0}})));
        FeatureRanker ranker = DocumentRankers.features("sae", MEAN, MAX, 2);
        List<FeatureWeight> weights = ranker.select(query, training);
        assertEquals(List.of(0, 1), weights.stream().map(FeatureWeight::feature).toList(), "feature 3 is never active");
        assertEquals(0.25, weights.get(0).weight(), 1e-15);
        assertEquals(0.2, weights.get(1).weight(), 1e-15);
        assertArrayEquals(new double[] {0.25 * 0.5, 0.25 + 0.2, 0.2 * 0.2}, ranker.scores(query, training), 1e-15);
    }

    /** Compares with the mean over all orders of ties. */
    @Test
    void ranksOfTiesAreExpectedValues() {
        SplittableRandom random = new SplittableRandom(1);
        double[] scores = random.doubles(9).map(value -> Math.floor(3 * value)).toArray();
        List<String> ids = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8");
        DocumentRanking ranking = new DocumentRanking("r", ids, scores);
        List<String> wanted = List.of("1", "4", "7");
        double sum = 0;
        double single = 0;
        int draws = 20_000;
        for (int draw = 0; draw < draws; draw++) {
            double[] noisy = scores.clone();
            for (int i = 0; i < noisy.length; i++) {
                noisy[i] += 0.5 * random.nextDouble();
            }
            DocumentRanking untied = new DocumentRanking("r", ids, noisy);
            sum += untied.firstRank(wanted) / draws;
            single += untied.rank("4") / draws;
        }
        assertEquals(sum, ranking.firstRank(wanted), 0.05);
        assertEquals(single, ranking.rank("4"), 0.05);
        assertEquals(3, ranking.top(3).size());
    }

    @Test
    void storesOfAuditsAreSamplesOfTheirDocuments(@TempDir Path folder) throws IOException {
        List<LabelledDialogue> documents = Documents.plain(12);
        AuditSample direct = AuditPass.of(tiny.model)
                .dictionary("sae", tiny.sae)
                .pooling(MAX, MEAN, Pooling.sum())
                .store("sae", folder.resolve("features"), "documents")
                .run(documents);
        FeatureStore store = FeatureStore.open(folder.resolve("features"));
        for (Pooling pooling : List.of(MAX, MEAN, Pooling.sum())) {
            AuditSample stored = StoredDocuments.sample(store, "sae", pooling);
            assertEquals(documents.stream().map(LabelledDialogue::id).toList(), ids(stored));
            assertEquals("a", stored.documents().get(0).label());
            assertEquals(
                    documents.get(3).dialogue().text(),
                    stored.documents().get(3).dialogue().text());
            for (int row = 0; row < documents.size(); row++) {
                double[] expected = direct.matrix("sae", pooling).row(row);
                double[] found = stored.matrix("sae", pooling).row(row);
                for (int latent = 0; latent < expected.length; latent++) {
                    assertEquals(expected[latent], found[latent], 1e-4 * store.maxActivation(latent));
                }
            }
        }
        assertThrows(InvalidInputException.class, () -> StoredDocuments.sample(store, "sae", Pooling.last()));
    }

    @Test
    void storesOfCorporaAreSamplesAndFeaturesHaveNeighbours(@TempDir Path folder) throws IOException {
        FeatureStore store = FeatureCollector.of(tiny.model, tiny.sae, tiny.corpus)
                .tokens(600)
                .collect(folder.resolve("features"));
        AuditSample training = StoredDocuments.sample(store, "sae", MAX);
        assertEquals("document 1", training.documents().get(1).id());
        TraceQuery query = new TraceQuery(
                AuditPass.of(tiny.model).dictionary("sae", tiny.sae).run(Documents.plain(4)),
                AuditPass.of(tiny.model).dictionary("sae", tiny.sae).run(Documents.dialogues(4, 3)));
        FeatureInspector inspector = FeatureInspector.of(tiny.model, tiny.sae, store);
        TraceReport report = DocumentTrace.of(training)
                .ranker(DocumentRankers.features("sae", MEAN, MAX, 2), DocumentRankers.tfIdf(TextTerms.words(1, 1)))
                .neighbours(inspector, 3)
                .run(query);
        FeatureTrail trail = report.trails().get(0);
        assertEquals(
                inspector.neighbours(trail.weight().feature(), Neighbour.Measure.DECODER_COSINE, 3),
                trail.neighbours());
        assertEquals(
                store.maxActivation(trail.weight().feature()),
                trail.documents().get(0).score(),
                1e-6);
    }

    private static List<String> ids(AuditSample sample) {
        return sample.documents().stream().map(LabelledDialogue::id).toList();
    }

    @Test
    void rejectsUnusableTraces() {
        assertThrows(
                InvalidInputException.class, () -> DocumentTrace.of(TRAINING).run(QUERY));
        assertThrows(
                InvalidInputException.class,
                () -> DocumentTrace.of(TRAINING).ranker(DocumentRankers.randomOrder(), DocumentRankers.randomOrder()));
        assertThrows(
                InvalidInputException.class,
                () -> DocumentTrace.of(TRAINING)
                        .ranker(DocumentRankers.features("other", MEAN, MAX, 3))
                        .run(QUERY));
        DocumentRanking ranking = new DocumentRanking("r", List.of("a"), new double[1]);
        assertThrows(InvalidInputException.class, () -> ranking.rank("b"));
        assertThrows(InvalidInputException.class, () -> ranking.firstRank(List.of()));
        assertThrows(
                InvalidInputException.class, () -> new DocumentRanking("r", List.of("a"), new double[] {Double.NaN}));
    }
}
