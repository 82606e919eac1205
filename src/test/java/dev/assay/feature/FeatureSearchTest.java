package dev.assay.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.feature.page.ConceptRow;
import dev.assay.feature.report.FeatureExplanation;
import dev.assay.feature.report.FeatureList;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.report.Neighbour;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.TextSearch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class FeatureSearchTest {
    @TempDir
    static Path folder;

    private static TinyDictionary tiny;
    private static FeatureInspector inspector;

    @BeforeAll
    static void open() throws IOException {
        tiny = new TinyDictionary();
        inspector = FeatureInspector.of(
                tiny.model,
                tiny.sae,
                FeatureCollector.of(tiny.model, tiny.sae, tiny.corpus)
                        .tokens(2000)
                        .collect(folder.resolve("features")));
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    private static Example example(String text) {
        return new Example(List.of(text), new float[] {1}, 0, 0, 0);
    }

    @Test
    void stopsRegularExpressionsAtTheTimeLimitOrStackLimit() {
        List<Example> examples = List.of(example("a".repeat(60) + "b"));
        TextSearch endless = new TextSearch(Pattern.compile("(a|aa)+\\1c"), Duration.ofMillis(200));
        long start = System.nanoTime();
        assertRejected("takes longer than 0.2 s over the examples", () -> endless.finds(examples));
        assertTrue(System.nanoTime() - start < 5_000_000_000L);
        TextSearch deep = new TextSearch(Pattern.compile("(a|b)*c"), Duration.ofSeconds(20));
        assertRejected("needs too much recursion", () -> deep.finds(List.of(example("ab".repeat(500_000)))));
        TextSearch simple = new TextSearch(Pattern.compile("^a+b$"), Duration.ofSeconds(20));
        assertTrue(simple.finds(examples));
    }

    @Test
    void ordersResultsByActivationOrSimilarity() {
        FeatureList strongest = inspector.search(FeatureSearch.all().limit(5));
        assertEquals(inspector.strongest(5), strongest.features());
        assertTrue(strongest.total() > 5);
        assertTrue(strongest.toText().startsWith(strongest.total() + " features, the first 5 of them below\n"));
        FeatureList alike = inspector.search(FeatureSearch.all()
                .like(3, Neighbour.Measure.ENCODER_COSINE, -1)
                .limit(4));
        List<Neighbour> neighbours = inspector.neighbours(3, Neighbour.Measure.ENCODER_COSINE, 39).stream()
                .filter(neighbour -> !inspector.feature(neighbour.latent()).isDead())
                .toList();
        for (int i = 0; i < 4; i++) {
            assertEquals(
                    neighbours.get(i).latent(), alike.found().get(i).summary().latent());
            assertEquals(neighbours.get(i).value(), alike.found().get(i).score(), 1e-6);
        }
        assertEquals("encoder cosine", alike.score());
    }

    @Test
    void returnsOnlyFeaturesThatMeetAllConditions() {
        FeatureInspector labelled = inspector.labels(Map.of(1, List.of("one"), 2, List.of("two <i>")));
        FeatureSearch both = FeatureSearch.all().label("O");
        assertEquals(2, labelled.search(both).total());
        double density = labelled.feature(1).stats().density();
        double other = labelled.feature(2).stats().density();
        assertTrue(density != other);
        assertEquals(1, labelled.search(both.density(density, density)).total());
        FeatureList none = labelled.search(both.density(density, density).matching("zzzz"));
        assertEquals(0, none.total());
        assertEquals("no feature matches", none.toText().lines().findFirst().orElseThrow());
        String html = labelled.search(both).toHtml();
        assertTrue(html.contains("two &lt;i&gt;"), html);
        FeatureInspector concepts = inspector.concepts(List.of(
                new ConceptRow("mood", 4, 0.9, 0, 0, 0, 0),
                new ConceptRow("quote", 4, 0.8, 0, 0, 0, 0),
                new ConceptRow("weak", 4, 0.5, 0, 0, 0, 0)));
        assertEquals(List.of("mood", "quote"), concepts.feature(4).labels());
    }

    @Test
    void findsFeaturesByTheTextOfTheirExplanations() {
        FeatureExplanation dogs = new FeatureExplanation(
                "Names of <dogs>", "me", List.of(new FeatureExplanation.Score("f1", "detection by m", 0.5)));
        FeatureInspector explained = inspector.explanations(Map.of(3, List.of(dogs)));
        FeatureList found = explained.search(FeatureSearch.all().explanation("names OF"));
        assertEquals(
                List.of(3),
                found.features().stream().map(FeatureSummary::latent).toList());
        assertTrue(found.toText().contains("Names of <dogs>"), found.toText());
        assertTrue(found.toHtml().contains("Names of &lt;dogs&gt;"), found.toHtml());
        assertEquals(
                0, explained.search(FeatureSearch.all().explanation("cats")).total());
        assertEquals(List.of(dogs), explained.feature(3).explanations());
        assertRejected(
                "an explanation is for latent 40, expected latents 0 to 39",
                () -> inspector.explanations(Map.of(40, List.of(dogs))));
    }

    @Test
    void rejectsInvalidSearchesAndLabels() {
        assertRejected("is not a regular expression", () -> FeatureSearch.all().matching("(dog"));
        assertRejected(
                "the limit of the search is 0 features, expected at least 1",
                () -> FeatureSearch.all().limit(0));
        assertRejected(
                "no latent 99",
                () -> inspector.search(FeatureSearch.all().like(99, Neighbour.Measure.DECODER_COSINE, 0)));
        assertRejected(
                "the direction has 2 numbers, expected 48",
                () -> inspector.search(FeatureSearch.all().along(new float[2], 0)));
        assertRejected(
                "expected one", () -> inspector.search(FeatureSearch.all().logitToken("a whole sentence")));
        assertRejected(
                "the label [x] is for latent 40, expected latents 0 to 39",
                () -> inspector.labels(Map.of(40, List.of("x"))));
    }

    private static void assertRejected(String part, Executable call) {
        String message = assertThrows(InvalidInputException.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }
}
