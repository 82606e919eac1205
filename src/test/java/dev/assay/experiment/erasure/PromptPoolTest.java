package dev.assay.experiment.erasure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.evaluate.probe.ConceptPrompts;
import dev.assay.model.HookedTransformer;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PromptPoolTest {
    private static HookedTransformer model;
    private static Corpus corpus;
    private static ConceptWords words;

    @BeforeAll
    static void open() throws IOException {
        model = HookedTransformer.load("assay/stories");
        corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 300))
                .prependBos(false)
                .heldOutEvery(3)
                .build();
        words = ConceptWords.of(model.tokenizer(), ConceptWords.GENDER);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Set<String> texts(int[] tokens) {
        return Arrays.stream(tokens)
                .mapToObj(model.tokenizer()::token)
                .map(String::strip)
                .map(String::toLowerCase)
                .collect(Collectors.toSet());
    }

    @Test
    void storyLabelsFindThePronounsOfBothClasses() throws IOException {
        PromptPool pool = PromptPool.ofStories(corpus, words, 24, 200);
        assertEquals(Set.of("he", "him", "his"), texts(pool.negative()));
        assertEquals(Set.of("she", "her"), texts(pool.positive()));
        assertTrue(pool.training().stream().allMatch(prompt -> prompt.tokens().length <= 24));
        assertTrue(pool.training().stream().allMatch(prompt -> prompt.group() != ConceptWords.NO_GROUP));
    }

    @Test
    void storyLabelsAndWordPairsFindTheSamePrompts() throws IOException {
        PromptPool labelled = PromptPool.ofStories(corpus, words, 24, 10_000);
        PromptPool byWord = PromptPool.ofWords(
                corpus, ConceptWords.of(model.tokenizer(), List.of("he/she", "him/her", "his/her")), 24, 10_000);
        assertEquals(labelled.heldOut().size(), byWord.heldOut().size());
        for (int i = 0; i < labelled.heldOut().size(); i++) {
            assertArrayEquals(
                    labelled.heldOut().get(i).tokens(), byWord.heldOut().get(i).tokens());
        }
    }

    @Test
    void partsAreBalancedReproducibleAndOfDifferentDocuments() throws IOException {
        PromptPool pool = PromptPool.ofStories(corpus, words, 24, 200);
        PromptPool.Splits splits = pool.splits(60, 3);
        for (ConceptPrompts part : List.of(splits.selection(), splits.fitting(), splits.scoring())) {
            int positives = 0;
            for (boolean label : part.labels()) {
                positives += label ? 1 : 0;
            }
            assertEquals(part.size(), 2 * positives);
        }
        Set<String> selection = keys(splits.selection());
        Set<String> fitting = keys(splits.fitting());
        selection.retainAll(fitting);
        assertEquals(Set.of(), selection);
        assertEquals(keys(splits.scoring()), keys(pool.splits(60, 3).scoring()));
        assertTrue(!keys(splits.scoring()).equals(keys(pool.splits(60, 4).scoring())));
    }

    private static Set<String> keys(ConceptPrompts prompts) {
        Set<String> keys = new HashSet<>();
        prompts.rows().forEach(row -> keys.add(Arrays.toString(row)));
        return keys;
    }

    @Test
    void wordsThatPairsConnectFormOneGroup() {
        int him = token("him");
        assertEquals(words.groupOf(him), words.groupOf(token("his")));
        assertEquals(words.groupOf(him), words.groupOf(token("her")));
        assertTrue(words.groupOf(him) != words.groupOf(token("he")));
        assertEquals(words.groupOf(token("he")), words.groupOf(token("she")));
        assertEquals(1, words.sideOf(token("she")));
        assertEquals(-1, words.sideOf(token("he")));
        assertEquals(0, words.sideOf(token("the")));
    }

    private static int token(String word) {
        int[] ids = model.tokenizer().encode("the " + word);
        return ids[ids.length - 1];
    }
}
