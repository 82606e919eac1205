package dev.assay.text.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MixtureTest {
    private static TextSource texts(String name, int count) {
        return TextSource.of(IntStream.range(0, count)
                .mapToObj(i -> new Document(name + i, name + i))
                .toList());
    }

    private static List<String> read(TextSource source) throws IOException {
        return TextSourceTest.read(source).stream().map(Document::text).toList();
    }

    private static List<String> of(List<String> texts, String name) {
        return texts.stream().filter(text -> text.startsWith(name)).toList();
    }

    @Test
    void drawsDocumentsByWeightAndInOrder() throws IOException {
        TextSource mixture = TextSource.mix(
                List.of(new WeightedText(texts("a", 100_000), 6), new WeightedText(texts("b", 100_000), 2)), 1);
        List<String> drawn = read(mixture);
        // The share of a is 0.75; its standard deviation over some 130,000 draws is 0.0012.
        assertEquals(0.75, of(drawn, "a").size() / (double) drawn.size(), 0.006);
        assertEquals(100_000, of(drawn, "a").size());
        for (String name : List.of("a", "b")) {
            List<String> part = of(drawn, name);
            assertEquals(IntStream.range(0, part.size()).mapToObj(i -> name + i).toList(), part);
        }
        assertEquals(
                "mixture of 75.00% 100000 documents in memory + 25.00% 100000 documents in memory (seed 1)",
                mixture.description());
    }

    @Test
    void sameSeedGivesSameMixture() throws IOException {
        List<WeightedText> parts = List.of(new WeightedText(texts("a", 50), 1), new WeightedText(texts("b", 50), 1));
        assertEquals(read(TextSource.mix(parts, 3)), read(TextSource.mix(parts, 3)));
        assertNotEquals(read(TextSource.mix(parts, 3)), read(TextSource.mix(parts, 4)));
        List<WeightedText> doubled = List.of(new WeightedText(texts("a", 50), 2), new WeightedText(texts("b", 50), 2));
        assertEquals(read(TextSource.mix(parts, 3)), read(TextSource.mix(doubled, 3)));
    }

    @Test
    void stopsAtFirstOrLastExhaustedText() throws IOException {
        List<WeightedText> parts = List.of(new WeightedText(texts("a", 10), 1), new WeightedText(texts("b", 300), 1));
        List<String> first = read(TextSource.mix(parts, 5));
        assertEquals(10, of(first, "a").size());
        assertEquals(first.size(), new HashSet<>(first).size());
        assertTrue(first.size() < 60, first.size() + "");
        List<String> all = read(TextSource.mix(parts, 5, MixtureEnd.ALL_EXHAUSTED));
        assertEquals(first, all.subList(0, first.size()));
        assertEquals(300, of(all, "b").size());
        List<String> a = of(all, "a");
        assertTrue(a.size() > 200, a.size() + "");
        assertEquals(IntStream.range(0, a.size()).mapToObj(i -> "a" + i % 10).toList(), a);
    }

    @Test
    void rejectsInvalidWeights() {
        for (double weight : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            InvalidInputException e =
                    assertThrows(InvalidInputException.class, () -> new WeightedText(texts("a", 2), weight));
            assertEquals(
                    "2 documents in memory: the weight is " + weight + ", expected a positive number", e.getMessage());
        }
        assertThrows(InvalidInputException.class, () -> TextSource.mix(List.of(), 0));
        TextSource empty = TextSource.mix(
                List.of(new WeightedText(texts("a", 0), 1), new WeightedText(texts("b", 3), 1)),
                0,
                MixtureEnd.ALL_EXHAUSTED);
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> read(empty));
        assertTrue(e.getMessage().contains("found no document"), e.getMessage());
    }

    @Test
    void shufflingMovesDocumentsWithinWindow() throws IOException {
        int count = 5000;
        int window = 100;
        List<String> ordered = read(texts("a", count));
        List<String> shuffled = read(texts("a", count).shuffled(window, 7));
        assertEquals(Set.copyOf(ordered), Set.copyOf(shuffled));
        assertEquals(count, shuffled.size());
        assertEquals(shuffled, read(texts("a", count).shuffled(window, 7)));
        assertNotEquals(shuffled, read(texts("a", count).shuffled(window, 8)));
        List<Integer> early = new ArrayList<>();
        double moved = 0;
        for (int at = 0; at < count; at++) {
            int from = Integer.parseInt(shuffled.get(at).substring(1));
            early.add(from - at);
            moved += Math.abs(from - at);
        }
        assertTrue(early.stream().allMatch(places -> places < window));
        // The wait in the window is geometric with mean w, so that |wait - w| has mean 2w/e.
        assertEquals(2 * window / Math.E, moved / count, 8);
        assertEquals(ordered, read(texts("a", count).shuffled(1, 7)));
        assertThrows(InvalidInputException.class, () -> texts("a", 1).shuffled(0, 7));
    }

    @Test
    void windowOverWholeTextShufflesUniformly() throws IOException {
        int[][] counts = new int[4][4];
        for (int seed = 0; seed < 4000; seed++) {
            List<String> shuffled = read(texts("a", 4).shuffled(10, seed));
            for (int at = 0; at < 4; at++) {
                counts[at][shuffled.get(at).charAt(1) - '0']++;
            }
        }
        for (int[] row : counts) {
            for (int count : row) {
                assertEquals(1000, count, 110); // four standard deviations
            }
        }
    }
}
